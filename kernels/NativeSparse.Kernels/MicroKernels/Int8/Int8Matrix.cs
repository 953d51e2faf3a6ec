namespace NativeSparse.Kernels;

/// <summary>
/// int8 weights in the panels of one tile: <c>[N / columns][K / depth][columns][depth]</c>, zeros beyond K and N, with the scale and the
/// sum of each column.
/// </summary>
internal sealed unsafe class Int8Matrix : PackedMatrix
{
    private readonly NativeBuffer _panels;
    private readonly NativeBuffer _columns;
    private readonly int _inputWidth;

    public Int8Matrix(QuantizedWeights weights, Int8Tile tile)
        : base(weights.InputWidth, weights.OutputWidth, Precision.Int8)
    {
        Tile = tile;
        _inputWidth = tile.PaddedInputs(weights.InputWidth);
        Panels = (weights.OutputWidth + tile.Columns - 1) / tile.Columns;
        PanelBytes = (nint)_inputWidth * tile.Columns;
        _panels = new NativeBuffer((PanelBytes * Panels / sizeof(float)) + 1);
        _columns = new NativeBuffer(2 * (nint)Panels * tile.Columns);
        Fill(weights);
    }

    public override string Version => Tile.Name;

    /// <summary>The version that reads these panels.</summary>
    public Int8Tile Tile { get; }

    public int Panels { get; }

    public nint PanelBytes { get; }

    public override long ByteCount => _panels.ByteCount + _columns.ByteCount;

    public sbyte* Panel(int panel) => (sbyte*)_panels.Floats + (panel * PanelBytes);

    public float* Scales(int panel) => _columns.Floats + (panel * Tile.Columns);

    /// <summary>As the tile reads them.</summary>
    public int* Sums(int panel) => (int*)_columns.Floats + ((Panels + panel) * Tile.Columns);

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

    public override void Dispose()
    {
        _panels.Dispose();
        _columns.Dispose();
    }

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
