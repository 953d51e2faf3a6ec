namespace NativeSparse.Kernels;

/// <summary>Sizes of what int4 tiles read for one group of 32 inner indices.</summary>
internal static class Int4Group
{
    /// <summary>Bytes of one panel of 16 columns.</summary>
    public const int WeightBytes = 256;

    /// <summary>Bytes of the scales and zero points of two groups of one panel.</summary>
    public const int PairBytes = 80;

    /// <summary>Bytes of one row.</summary>
    public static int RecordBytes(bool hasScale) => TileSpecification.Int4Group + sizeof(int) + (hasScale ? sizeof(float) : 0);
}
