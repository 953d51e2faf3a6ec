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
}
