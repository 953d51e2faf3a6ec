namespace NativeSparse.Kernels;

/// <summary>A device failed while it worked: it was lost or reset, or has too little memory. What it computed last is lost.</summary>
public sealed class DeviceLostException : Exception
{
    /// <param name="backend">The backend's name.</param>
    /// <param name="cause">What the driver said.</param>
    internal DeviceLostException(string backend, Exception cause)
        : this(backend, "its work", cause)
    {
    }

    /// <param name="backend">The backend's name.</param>
    /// <param name="work">What was asked of it.</param>
    /// <param name="cause">What the driver said.</param>
    internal DeviceLostException(string backend, string work, Exception cause)
        : base(
            $"backend '{backend}' failed at {work}: {cause.Message}; dispose what was loaded on it and load it again, there or on 'cpu'",
            cause) => Backend = backend;

    /// <summary>The backend's name.</summary>
    public string Backend { get; }
}
