namespace NativeSparse.Kernels;

/// <summary>Some rounded rows, equally far apart, in the encoding of one tile.</summary>
internal readonly unsafe struct RoundedBlock(byte* rows, nint stride, int count, int inputBytes, float* scales, int* zeros)
{
    /// <summary>The first of them.</summary>
    public byte* Rows { get; } = rows;

    /// <summary>Bytes from one to the next.</summary>
    public nint Stride { get; } = stride;

    public int Count { get; } = count;

    /// <summary>Bytes of a row that the tile reads.</summary>
    public int InputBytes { get; } = inputBytes;

    /// <summary>One for each row.</summary>
    public float* Scales { get; } = scales;

    /// <summary>One for each row, as the tile wants them.</summary>
    public int* Zeros { get; } = zeros;

    public RoundedBlock Slice(int first, int count) => new(Rows + (first * Stride), Stride, count, InputBytes, Scales + first, Zeros + first);
}
