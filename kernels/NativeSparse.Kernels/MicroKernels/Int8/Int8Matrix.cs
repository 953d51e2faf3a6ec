namespace NativeSparse.Kernels;

/// <summary>
/// int8 weights in the panels of one tile: <c>[N / columns][K / depth][columns][depth]</c>, zeros beyond K and N, with the scale and the
/// sum of each column.
/// </summary>
internal sealed unsafe class Int8Matrix : PackedMatrix, IInt8PanelMatrix
{
    private readonly NativeBuffer _panels;
    private readonly NativeBuffer _scales;
    private readonly NativeBuffer _sums;
    private readonly nint _firstByte;
    private readonly nint _firstScale;
    private readonly nint _firstSum;
    private readonly NativeBuffer[] _own;

    /// <summary>A matrix in memory of its own.</summary>
    public Int8Matrix(QuantizedWeights weights, Int8Tile tile)
        : this(weights, tile, new Int8Storage(1, weights.InputWidth, weights.OutputWidth, tile), 0)
        => _own = [_panels, _scales];

    /// <summary>One of several matrices of the same size that lie together; the storage stays its creator's.</summary>
    public Int8Matrix(QuantizedWeights weights, Int8Tile tile, Int8Storage storage, int place)
        : base(weights.InputWidth, weights.OutputWidth, Precision.Int8)
    {
        Tile = tile;
        Panels = storage.Panels;
        PanelBytes = storage.PanelBytes;
        (_panels, _scales, _sums) = (storage.Weights, storage.Columns, storage.Columns);
        _firstByte = place * storage.MatrixBytes;
        _firstScale = 2 * (nint)place * Panels * tile.Columns;
        _firstSum = _firstScale + ((nint)Panels * tile.Columns);
        _own = [];
        Fill(weights);
    }

    /// <summary>Whole panels of another matrix, and some of its inputs.</summary>
    private Int8Matrix(Int8Matrix whole, int inputs, int outputs, nint firstByte, int firstPanel, NativeBuffer? sums)
        : base(inputs, outputs, Precision.Int8)
    {
        Tile = whole.Tile;
        Panels = (outputs + Tile.Columns - 1) / Tile.Columns;
        PanelBytes = whole.PanelBytes;
        (_panels, _scales, _sums) = (whole._panels, whole._scales, sums ?? whole._sums);
        _firstByte = whole._firstByte + firstByte;
        _firstScale = whole._firstScale + ((nint)firstPanel * Tile.Columns);
        _firstSum = sums is null ? whole._firstSum + ((nint)firstPanel * Tile.Columns) : 0;
        _own = sums is null ? [] : [sums];
    }

    public override string Version => Tile.Name;

    /// <summary>The version that reads these panels.</summary>
    public Int8Tile Tile { get; }

    public int Panels { get; }

    /// <summary>Bytes from one panel to the next.</summary>
    public nint PanelBytes { get; }

    /// <summary>What it holds itself.</summary>
    public override long ByteCount => _own.Sum(buffer => (long)buffer.ByteCount);

    public sbyte* Panel(int panel) => (sbyte*)_panels.Floats + _firstByte + (panel * PanelBytes);

    public float* Scales(int panel) => _scales.Floats + _firstScale + (panel * Tile.Columns);

    /// <summary>As the tile reads them.</summary>
    public int* Sums(int panel) => (int*)_sums.Floats + _firstSum + (panel * Tile.Columns);

    void IInt8PanelMatrix.Multiply(ref Int8TileCall call, int panel) => Tile.Run(call);

    /// <summary>The panels that hold columns <paramref name="first"/> to <paramref name="end"/>; no weight is copied.</summary>
    public Int8Matrix PartOfOutputs(int first, int end)
    {
        var panel = first / Tile.Columns;
        var outputs = Math.Min((end + Tile.Columns - 1) / Tile.Columns * Tile.Columns, OutputWidth) - (panel * Tile.Columns);
        return new Int8Matrix(this, InputWidth, outputs, panel * PanelBytes, panel, sums: null);
    }

    /// <summary>
    /// Inputs from <paramref name="first"/> on, whole steps, which may reach beyond K, where weights are zero; no weight is copied, the sums of
    /// its columns are its own.
    /// </summary>
    public Int8Matrix PartOfInputs(int first, int inputs)
    {
        var sums = new NativeBuffer((nint)Panels * Tile.Columns);
        var part = new Int8Matrix(this, inputs, OutputWidth, (nint)first * Tile.Columns, 0, sums);
        for (var n = 0; n < Panels * Tile.Columns; n++)
        {
            var sum = 0;
            for (var k = 0; k < inputs; k++)
            {
                sum += *part.Place(k, n);
            }

            part.Sums(0)[n] = Tile.EncodeSum(sum);
        }

        return part;
    }

    public override void Unpack(Span<float> destination) => UnpackInt8().Dequantize(destination);

    public override QuantizedWeights UnpackInt8()
    {
        var values = new sbyte[InputWidth * OutputWidth];
        for (var k = 0; k < InputWidth; k++)
        {
            for (var n = 0; n < OutputWidth; n++)
            {
                values[(k * OutputWidth) + n] = *Place(k, n);
            }
        }

        var scales = new ReadOnlySpan<float>(Scales(0), OutputWidth).ToArray();
        GC.KeepAlive(this);
        return new QuantizedWeights(values, scales, InputWidth, OutputWidth);
    }

    private protected override void Release() => Array.ForEach(_own, buffer => buffer.Dispose());

    private void Fill(QuantizedWeights weights)
    {
        var values = weights.Values.Span;
        weights.Scales.Span.CopyTo(new Span<float>(Scales(0), OutputWidth));
        var sums = new int[Panels * Tile.Columns];
        for (var k = 0; k < InputWidth; k++)
        {
            for (var n = 0; n < OutputWidth; n++)
            {
                var value = values[(k * OutputWidth) + n];
                *Place(k, n) = value;
                sums[n] += value;
            }
        }

        for (var n = 0; n < sums.Length; n++)
        {
            Sums(0)[n] = Tile.EncodeSum(sums[n]);
        }
    }

    private sbyte* Place(int k, int n)
    {
        var (panel, column) = (n / Tile.Columns, n % Tile.Columns);
        return Panel(panel) + ((((nint)(k / Tile.Depth) * Tile.Columns) + column) * Tile.Depth) + (k % Tile.Depth);
    }
}
