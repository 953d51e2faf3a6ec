namespace NativeSparse.Kernels;

/// <summary>Whether groups of four inputs begin at multiples of 16 bytes and end within their row, so that no load needs a condition.</summary>
internal interface ITileAccess
{
    static abstract bool IsAligned { get; }
}
