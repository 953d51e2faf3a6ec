using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>What a product reads and writes on a device.</summary>
internal struct TileOperands<TInput, TWeight>
    where TInput : unmanaged
    where TWeight : unmanaged
{
    public ArrayView<TileMatrix> Matrices;
    public ArrayView<TileSpan> Spans;
    public ArrayView<int> Index;
    public ArrayView<TInput> Inputs;
    public ArrayView<TWeight> Weights;
    public ArrayView<RowQuantum> RowQuanta;
    public ArrayView<ColumnQuantum> ColumnQuanta;
    public ArrayView<float> Bias;
    public ArrayView<float> Multiplier;
    public ArrayView<float> Outputs;

    /// <summary>Of a pair of products: the second matrix, its columns' quanta and its bias.</summary>
    public ArrayView<TWeight> Gates;
    public ArrayView<ColumnQuantum> GateQuanta;
    public ArrayView<float> GateBias;

    /// <summary>Ranges of the inputs' rows, one for each group of columns of the product before.</summary>
    public ArrayView<RowRange> Ranges;

    /// <summary>Where the ranges of the outputs' rows are left.</summary>
    public ArrayView<RowRange> OutputRanges;

    /// <summary>Pairs of each token and the rows they are, where they share a scale.</summary>
    public ArrayView<int> Counts;
    public ArrayView<int> Slots;

    /// <summary>A factor of each row of outputs.</summary>
    public ArrayView<float> Factors;
}
