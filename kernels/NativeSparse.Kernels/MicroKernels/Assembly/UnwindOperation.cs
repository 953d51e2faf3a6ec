namespace NativeSparse.Kernels;

/// <summary>What one instruction of a prologue did to the stack.</summary>
internal enum UnwindOperation
{
    /// <summary>Pushed a general register.</summary>
    Push,

    /// <summary>Made room.</summary>
    Allocate,

    /// <summary>Stored the low 128 bits of a vector register.</summary>
    SaveVector,
}
