using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>What a product with active rows reads and writes on a device.</summary>
internal struct ActiveRowOperands<TWeight>
    where TWeight : unmanaged
{
    public ArrayView<TileMatrix> Matrices;
    public ArrayView<TWeight> Weights;
    public ArrayView<ColumnQuantum> ColumnQuanta;
    public ArrayView<int> Counts;
    public ArrayView<int> Indices;
    public ArrayView<float> Values;
    public ArrayView<float> Scales;
    public ArrayView<float> Bias;
    public ArrayView<float> Multiplier;
    public ArrayView<float> Outputs;
}
