namespace NativeSparse.Kernels;

/// <summary>A device failed while it worked: it was lost, reset, or ran out of memory. Nothing on it can be used any more.</summary>
/// <param name="backend">The backend's name.</param>
/// <param name="cause">What the driver said.</param>
public sealed class DeviceLostException(string backend, Exception cause)
    : Exception(
        $"backend '{backend}' failed: {cause.Message}. What it computed last is lost; dispose what was loaded on it and load it again, there or on 'cpu'",
        cause)
{
    /// <summary>The backend's name.</summary>
    public string Backend { get; } = backend;
}
