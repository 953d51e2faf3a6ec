namespace NativeSparse.Kernels;

/// <summary>The system does not let this process run code that it made itself.</summary>
/// <param name="operation">The call that was refused.</param>
/// <param name="error">The system's error number.</param>
internal sealed class ExecutableMemoryException(string operation, int error)
    : Exception($"the system refused executable memory: {operation} failed with error {error}")
{
    public string Operation { get; } = operation;

    public int Error { get; } = error;
}
