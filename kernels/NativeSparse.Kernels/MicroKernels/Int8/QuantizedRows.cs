namespace NativeSparse.Kernels;

/// <summary>Rounded rows in scratch memory, in the encoding of one tile, with a scale and a zero point for each.</summary>
internal readonly unsafe struct QuantizedRows
{
    private const int CacheLine = 64;

    private readonly byte* _values;
    private readonly float* _scales;
    private readonly int* _zeros;
    private readonly Int8Tile _tile;
    private readonly int _inputWidth;

    /// <summary>Rows in <see cref="Bytes"/> of memory that begins with a cache line.</summary>
    public QuantizedRows(void* memory, int rows, int inputWidth, Int8Tile tile)
    {
        _tile = tile;
        _inputWidth = inputWidth;
        InputBytes = tile.InputBytes(inputWidth);
        Stride = RowStride(InputBytes);
        _values = (byte*)memory;
        _scales = (float*)(_values + (rows * Stride));
        _zeros = (int*)((byte*)_scales + ColumnBytes(rows));
    }

    /// <summary>Bytes of a row that the tile reads.</summary>
    public int InputBytes { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public nint Stride { get; }

    public static nint Bytes(int rows, int inputWidth, Int8Tile tile) =>
        (rows * RowStride(tile.InputBytes(inputWidth))) + (2 * ColumnBytes(rows));

    public static QuantizedRows Rent(Scratch scratch, int rows, int inputWidth, Int8Tile tile) =>
        new(scratch.Rent((nuint)Bytes(rows, inputWidth, tile)), rows, inputWidth, tile);

    public byte* Row(int row) => _values + (row * Stride);

    /// <summary>One for each row from this one on.</summary>
    public float* Scales(int row) => _scales + row;

    /// <summary>One for each row from this one on, as the tile wants them.</summary>
    public int* Zeros(int row) => _zeros + row;

    /// <summary>Some of the rows.</summary>
    public RoundedBlock Block(int first, int count) => new(Row(first), Stride, count, InputBytes, Scales(first), Zeros(first));

    /// <summary>Copies one row into others of the same width and tile.</summary>
    public void CopyTo(int row, in QuantizedRows destination, int place)
    {
        Buffer.MemoryCopy(Row(row), destination.Row(place), Stride, InputBytes);
        destination._scales[place] = _scales[row];
        destination._zeros[place] = _zeros[row];
    }

    /// <summary>Stores one row with a given scale and zero point; inputs beyond <paramref name="length"/> count as zero.</summary>
    public void Store(int row, float* x, int length, QuantizedRow scale, float inverse)
    {
        RowQuantizer.Store(x, length, scale, inverse, _tile.Encoding, Row(row), _tile.PaddedInputs(_inputWidth));
        _scales[row] = scale.Scale;
        _zeros[row] = _tile.EncodeZero(scale.Zero);
    }

    /// <summary>Rounds one row.</summary>
    public void Quantize(int row, float* x)
    {
        var result = RowQuantizer.Run(x, _inputWidth, _tile.Encoding, Row(row), _tile.PaddedInputs(_inputWidth));
        _scales[row] = result.Scale;
        _zeros[row] = _tile.EncodeZero(result.Zero);
    }

    /// <summary>An odd number of cache lines: rows that are read together do not fall into the same few sets.</summary>
    private static nint RowStride(int inputBytes) => ((((nint)inputBytes + CacheLine - 1) / CacheLine) | 1) * CacheLine;

    /// <summary>Bytes of one value for each row, with a line after them.</summary>
    private static nint ColumnBytes(int rows) => ((((nint)rows * sizeof(float)) + CacheLine - 1) / CacheLine * CacheLine) + CacheLine;
}
