using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>What a sparse int8 product reads and writes on a device.</summary>
internal struct SparseInt8Operands
{
    public ArrayView<int> Starts;

    /// <summary>The input block of each block.</summary>
    public ArrayView<int> Entries;

    /// <summary><c>[blocks, R]</c> words of four inputs' weights.</summary>
    public ArrayView<int> Weights;

    public ArrayView<ColumnQuantum> Columns;

    /// <summary><c>[ceil(K / 4), T]</c> words of four inputs, as groups of four tokens.</summary>
    public ArrayView<Quad> Inputs;

    public ArrayView<RowQuantum> Rows;
    public ArrayView<float> Bias;
    public ArrayView<float> Multiplier;
    public ArrayView<float> Outputs;
}
