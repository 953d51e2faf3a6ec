using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>What a product over a semiring reads and writes on a device.</summary>
internal struct SemiringOperands
{
    public ArrayView<int> Starts;
    public ArrayView<int> Sources;
    public ArrayView<int> EdgeRelations;
    public ArrayView<float> Weights;
    public ArrayView<float> Inputs;
    public ArrayView<float> Relations;
    public ArrayView<float> Boundary;
    public ArrayView<float> Outputs;
}
