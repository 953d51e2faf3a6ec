namespace NativeSparse.Kernels;

/// <summary>What an AMX kernel for int4 is assembled for.</summary>
/// <param name="Rows">Rows of a block, 1 to 16.</param>
/// <param name="HasGroupScales">Whether every group of a row has a scale of its own.</param>
internal readonly record struct AmxInt4Form(int Rows, bool HasGroupScales);
