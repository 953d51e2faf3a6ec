namespace NativeSparse.Kernels;

/// <summary>
/// A matrix with zeros, packed as dense, CSR or blocks. Immutable, shared by concurrent runs; owns its memory. The backend must outlive it.
/// </summary>
public sealed class PrunedMatrix : IDisposable
{
    private readonly Backend _backend;
    private readonly PackedMatrix? _dense;
    private readonly PackedSparse? _sparse;

    private PrunedMatrix(Backend backend, SparseLayout layout, PackedMatrix? dense, PackedSparse? sparse)
    {
        (_backend, Layout, _dense, _sparse) = (backend, layout, dense, sparse);
    }

    /// <summary>How it is held: with the same layout it is packed the same way again, and gives the same bits.</summary>
    public SparseLayout Layout { get; }

    /// <summary>K.</summary>
    public int InputWidth => _sparse?.InputWidth ?? _dense!.InputWidth;

    /// <summary>N.</summary>
    public int OutputWidth => _sparse?.OutputWidth ?? _dense!.OutputWidth;

    /// <summary>Which version of the kernels runs it, for reports.</summary>
    public string Version => _sparse?.Version ?? _dense!.Version;

    /// <summary>Bytes held.</summary>
    public long ByteCount => _sparse?.ByteCount ?? _dense!.ByteCount;

    /// <summary>Packs a matrix in the layout that the costs say is the fastest.</summary>
    /// <param name="backend">Where it runs.</param>
    /// <param name="weights"><c>[K, N]</c>, row-major.</param>
    /// <param name="inputWidth">K.</param>
    /// <param name="outputWidth">N.</param>
    /// <param name="costs">The backend's costs; they say the precision.</param>
    /// <param name="tokens">The numbers of tokens that count.</param>
    /// <exception cref="ArgumentException">The costs are another backend's, or there is no number of tokens.</exception>
    /// <exception cref="ShapeMismatchException">The length does not match.</exception>
    public static PrunedMatrix Pack(
        Backend backend, ReadOnlySpan<float> weights, int inputWidth, int outputWidth, SparseCosts costs, IReadOnlyList<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(costs);
        if (costs.Backend != backend.Name)
        {
            throw new ArgumentException($"expected costs of {backend.Name}, got those of {costs.Backend}; measure them here", nameof(costs));
        }

        if (costs.Precision == Precision.Int8)
        {
            var rounded = QuantizedWeights.Round(weights, inputWidth, outputWidth);
            return Pack(backend, rounded, costs.Pick(rounded.Values.Span, inputWidth, outputWidth, tokens));
        }

        return Pack(backend, weights, inputWidth, outputWidth, costs.Precision, costs.Pick(weights, inputWidth, outputWidth, tokens));
    }

    /// <summary>Packs a matrix in a given layout.</summary>
    /// <param name="backend">Where it runs.</param>
    /// <param name="weights"><c>[K, N]</c>, row-major; at int8 they are rounded by <see cref="QuantizedWeights.Round"/>.</param>
    /// <param name="inputWidth">K.</param>
    /// <param name="outputWidth">N.</param>
    /// <param name="precision">float32 or int8.</param>
    /// <param name="layout">One of the precision's.</param>
    /// <exception cref="ArgumentException">The precision has no such layout.</exception>
    /// <exception cref="NotSupportedException">Sparse weights are float32 or int8, or the backend has none of the precision.</exception>
    /// <exception cref="ShapeMismatchException">The length does not match.</exception>
    public static PrunedMatrix Pack(
        Backend backend, ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision, SparseLayout layout)
    {
        ArgumentNullException.ThrowIfNull(backend);
        if (!SparseLayout.All(precision).Contains(layout))
        {
            throw new ArgumentException($"expected one of {string.Join(", ", SparseLayout.All(precision))} at {precision}, got {layout}", nameof(layout));
        }

        if (precision == Precision.Int8)
        {
            return Pack(backend, QuantizedWeights.Round(weights, inputWidth, outputWidth), layout);
        }

        return layout.IsDense
            ? new PrunedMatrix(backend, layout, backend.Dense.Pack(weights, inputWidth, outputWidth, precision), null)
            : new PrunedMatrix(backend, layout, null, backend.Sparse.Pack(SparseWeights.FromDense(weights, inputWidth, outputWidth, layout.BlockHeight)));
    }

    /// <summary><c>y[t, n] = multiplier[t, n] act(sum_k x[t, k] W[k, n] + bias[n])</c>, as the family of the layout computes it.</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[T, K]</c> float32.</param>
    /// <param name="epilogue">Bias, activation, multiplier.</param>
    /// <param name="y"><c>[T, N]</c> float32; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public void Run(in Execution execution, View x, in Epilogue epilogue, View y)
    {
        if (_sparse is null)
        {
            _backend.Dense.Run(execution, x, _dense!, epilogue, y);
        }
        else
        {
            _backend.Sparse.Run(execution, x, _sparse, epilogue, y);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _dense?.Dispose();
        _sparse?.Dispose();
    }

    private static PrunedMatrix Pack(Backend backend, QuantizedWeights weights, SparseLayout layout) => layout.IsDense
        ? new PrunedMatrix(backend, layout, backend.Dense.Pack(weights), null)
        : new PrunedMatrix(backend, layout, null, backend.Sparse.Pack(QuantizedSparseWeights.FromDense(weights, layout.BlockHeight)));
}
