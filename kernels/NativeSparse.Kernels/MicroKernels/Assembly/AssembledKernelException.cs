namespace NativeSparse.Kernels;

/// <summary>Assembled kernels cannot be used on this machine.</summary>
/// <param name="reason">What is missing, what the system refused, or which result was wrong.</param>
internal sealed class AssembledKernelException(string reason) : Exception(reason);
