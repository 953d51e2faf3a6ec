namespace NativeSparse.Kernels;

/// <summary>Rows of whole, aligned groups of four inputs.</summary>
internal readonly struct AlignedAccess : ITileAccess
{
    public static bool IsAligned => true;
}
