namespace NativeSparse.Kernels.Tests;

/// <summary>Memory that an interpreted kernel may touch.</summary>
internal readonly record struct MemoryRange(nint Address, int Length, bool IsWritten);
