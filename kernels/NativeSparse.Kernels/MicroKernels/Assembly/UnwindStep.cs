namespace NativeSparse.Kernels;

/// <summary>One instruction of a prologue.</summary>
/// <param name="Operation">What it did.</param>
/// <param name="Value">The register's number, or the bytes allocated.</param>
/// <param name="Offset">Where a vector register was stored, from the stack pointer.</param>
internal readonly record struct UnwindStep(UnwindOperation Operation, int Value, int Offset = 0);
