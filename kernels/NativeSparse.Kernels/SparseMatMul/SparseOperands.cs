using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>What a sparse product reads and writes on a device.</summary>
internal struct SparseOperands
{
    public ArrayView<int> Starts;
    public ArrayView<int> Entries;
    public ArrayView<float> Values;

    /// <summary><c>[K, T]</c>.</summary>
    public ArrayView<float> Inputs;

    public ArrayView<float> Bias;
    public ArrayView<float> Multiplier;
    public ArrayView<float> Outputs;
}
