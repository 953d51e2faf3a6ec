namespace NativeSparse.Kernels.Tests;

/// <summary>A register, a number, or the name of something else, with what is added to it.</summary>
/// <param name="Name">A register's, a parameter's, a label's or a special register's; empty for a number.</param>
/// <param name="Register">Its place, or -1.</param>
/// <param name="Number">The number, or what is added to an address.</param>
internal readonly record struct PtxOperand(string Name, int Register, long Number);
