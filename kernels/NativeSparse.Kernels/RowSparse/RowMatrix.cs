namespace NativeSparse.Kernels;

/// <summary>
/// float32 weights <c>[H, O]</c> as rows, zeros beyond O up to whole <see cref="ColumnGranularity"/>; rows lie <see cref="RowBlock.LineStride"/> lines
/// apart.
/// </summary>
internal sealed unsafe class RowMatrix : PackedMatrix
{
    /// <summary>Columns that are read at once: a panel of the widest registers.</summary>
    public const int ColumnGranularity = 32;

    private const int LineFloats = 16;

    private readonly NativeBuffer _rows;

    public RowMatrix(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, string version)
        : base(inputWidth, outputWidth, Precision.Float32)
    {
        Version = version;
        PaddedColumns = (outputWidth + ColumnGranularity - 1) / ColumnGranularity * ColumnGranularity;
        Stride = RowBlock.LineStride(PaddedColumns / LineFloats) * LineFloats;
        _rows = new NativeBuffer(inputWidth * Stride);
        for (var k = 0; k < inputWidth; k++)
        {
            weights.Slice(k * outputWidth, outputWidth).CopyTo(new Span<float>(Rows + (k * Stride), outputWidth));
        }
    }

    public override string Version { get; }

    public int PaddedColumns { get; }

    /// <summary>Values from one row to the next.</summary>
    public nint Stride { get; }

    public float* Rows => _rows.Floats;

    public override long ByteCount => _rows.ByteCount;

    public override void Unpack(Span<float> destination)
    {
        var length = (long)InputWidth * OutputWidth;
        if (destination.Length < length)
        {
            throw new ArgumentException($"expected room for {length} values, got {destination.Length}", nameof(destination));
        }

        for (var k = 0; k < InputWidth; k++)
        {
            new ReadOnlySpan<float>(Rows + (k * Stride), OutputWidth).CopyTo(destination.Slice(k * OutputWidth, OutputWidth));
        }

        GC.KeepAlive(this);
    }

    private protected override void Release() => _rows.Dispose();
}
