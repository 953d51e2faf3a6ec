namespace NativeSparse.Kernels;

/// <summary>
/// int8 weights <c>[H, O]</c> as rows of bytes w + 128, up to whole cache lines, <see cref="RowBlock.LineStride"/> lines apart, and the scale of each
/// column. Within a register columns are ordered so that two rows, woven together, give sums of neighbouring columns (<see cref="IRowPairs{TVector}"/>).
/// </summary>
internal sealed unsafe class Int8RowMatrix : PackedMatrix
{
    /// <summary>Columns that are read at once: a cache line.</summary>
    public const int ColumnGranularity = 64;

    /// <summary>What is added to each weight: bytes without a sign widen by a mask or a shift.</summary>
    public const int Offset = 128;

    /// <summary>Words of 128 bits, of which weaving takes one half at a time.</summary>
    private const int PieceWords = 8;

    private readonly NativeBuffer _rows;
    private readonly NativeBuffer _scales;
    private readonly int _lanes;

    public Int8RowMatrix(QuantizedWeights weights, int lanes, string version)
        : base(weights.InputWidth, weights.OutputWidth, Precision.Int8)
    {
        _lanes = lanes;
        Version = version;
        PaddedColumns = (OutputWidth + ColumnGranularity - 1) / ColumnGranularity * ColumnGranularity;
        Stride = RowBlock.LineStride(PaddedColumns / ColumnGranularity) * ColumnGranularity;
        _rows = new NativeBuffer(InputWidth * Stride / sizeof(float));
        _scales = new NativeBuffer(PaddedColumns);
        weights.Scales.Span.CopyTo(new Span<float>(Scales, OutputWidth));
        var values = weights.Values.Span;
        for (var k = 0; k < InputWidth; k++)
        {
            for (var n = 0; n < OutputWidth; n++)
            {
                Rows[(k * Stride) + Place(n)] = (byte)(values[(k * OutputWidth) + n] + Offset);
            }
        }
    }

    public override string Version { get; }

    public int PaddedColumns { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public nint Stride { get; }

    public byte* Rows => (byte*)_rows.Floats;

    public float* Scales => _scales.Floats;

    public override long ByteCount => _rows.ByteCount + _scales.ByteCount;

    public override void Unpack(Span<float> destination) => UnpackInt8().Dequantize(destination);

    public override QuantizedWeights UnpackInt8()
    {
        var values = new sbyte[InputWidth * OutputWidth];
        for (var k = 0; k < InputWidth; k++)
        {
            for (var n = 0; n < OutputWidth; n++)
            {
                values[(k * OutputWidth) + n] = (sbyte)(Rows[(k * Stride) + Place(n)] - Offset);
            }
        }

        var scales = new ReadOnlySpan<float>(Scales, OutputWidth).ToArray();
        GC.KeepAlive(this);
        return new QuantizedWeights(values, scales, InputWidth, OutputWidth);
    }

    private protected override void Release()
    {
        _rows.Dispose();
        _scales.Dispose();
    }

    /// <summary>Where a column lies in its row: the registers of sums of a group are even bytes, odd bytes of lower words, then those of upper words.</summary>
    private int Place(int column)
    {
        const int half = PieceWords / 2;
        var (group, place) = Math.DivRem(column, sizeof(int) * _lanes);
        var (register, lane) = Math.DivRem(place, _lanes);
        var word = (lane / half * PieceWords) + (register / 2 * half) + (lane % half);
        return (group * sizeof(int) * _lanes) + (2 * word) + (register % 2);
    }
}
