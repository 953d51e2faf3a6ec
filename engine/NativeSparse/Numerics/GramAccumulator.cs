namespace NativeSparse.Numerics;

/// <summary>
/// The normal equations of a least-squares fit, added up over chunks of rows: <c>G = sum X^T X</c>, <c>R = sum X^T Y</c>.
/// Products of a chunk are float32 on the backend; chunks are added in double. Only the lower triangle of G is computed.
/// </summary>
internal sealed class GramAccumulator
{
    /// <summary>Rows whose products are summed in float32.</summary>
    public const int ChunkRows = 1024;

    private const int PanelWidth = 256;

    private readonly MatrixProducts _products;
    private float[] _turned = [];
    private float[] _panel = [];
    private float[] _result = [];

    /// <summary>Equations of a number of features and targets, zero at first.</summary>
    public GramAccumulator(MatrixProducts products, int features, int targets)
    {
        _products = products;
        Features = features;
        Targets = targets;
        Gram = new double[features * features];
        Right = new double[features * targets];
    }

    /// <summary>F.</summary>
    public int Features { get; }

    /// <summary>O.</summary>
    public int Targets { get; }

    /// <summary>G, <c>[F, F]</c>; the strict upper triangle stays zero.</summary>
    public double[] Gram { get; }

    /// <summary>R, <c>[F, O]</c>.</summary>
    public double[] Right { get; }

    /// <summary>Adds at most <see cref="ChunkRows"/> rows.</summary>
    /// <param name="features"><c>[rows, F]</c>.</param>
    /// <param name="targets"><c>[rows, O]</c>.</param>
    /// <param name="rows">How many.</param>
    public void Add(float[] features, ReadOnlySpan<float> targets, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, ChunkRows);
        Grow(ref _turned, Features * rows);
        Grow(ref _panel, PanelWidth * rows);
        Grow(ref _result, Features * PanelWidth);
        Transposition.Turn(_products.Splitter, features, rows, Features, _turned);
        for (var first = 0; first < Features; first += PanelWidth)
        {
            AddPanel(features, Features, first, Math.Min(PanelWidth, Features - first), rows, Gram, first);
        }

        for (var first = 0; first < Targets; first += PanelWidth)
        {
            AddPanel(targets, Targets, first, Math.Min(PanelWidth, Targets - first), rows, Right, 0);
        }
    }

    private static void Grow(ref float[] values, int length)
    {
        if (values.Length < length)
        {
            values = new float[length];
        }
    }

    private void AddPanel(ReadOnlySpan<float> from, int columns, int first, int width, int rows, double[] sums, int top)
    {
        for (var row = 0; row < rows; row++)
        {
            from.Slice((row * columns) + first, width).CopyTo(_panel.AsSpan(row * width, width));
        }

        using var packed = _products.Pack(_panel.AsSpan(0, rows * width), rows, width);
        _products.Multiply(_turned.AsSpan(top * rows), Features - top, rows, packed, _result);
        _products.Splitter.ForRanges(Features - top, 64, (start, end) =>
        {
            for (var row = start; row < end; row++)
            {
                // Below the diagonal only: of the panel that crosses it, the row's first entries.
                var count = ReferenceEquals(sums, Gram) ? Math.Min(width, row + 1) : width;
                var result = _result.AsSpan(row * width, count);
                var sum = sums.AsSpan(((top + row) * columns) + first, count);
                for (var column = 0; column < count; column++)
                {
                    sum[column] += result[column];
                }
            }
        });
    }
}
