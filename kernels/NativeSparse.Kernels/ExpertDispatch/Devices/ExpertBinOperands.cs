using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>What a launch of <see cref="ExpertBinKernel"/> reads and writes.</summary>
internal struct ExpertBinOperands
{
    /// <summary>Chosen experts of each token.</summary>
    public ArrayView<int> Counts;

    /// <summary>Their numbers, a row for each token.</summary>
    public ArrayView<int> Experts;

    /// <summary>Their weights.</summary>
    public ArrayView<float> Weights;

    /// <summary>The token of each pair, by expert.</summary>
    public ArrayView<int> Tokens;

    /// <summary>The weight of each pair, scaled.</summary>
    public ArrayView<float> Factors;

    /// <summary>Where each token's pairs went.</summary>
    public ArrayView<int> Slots;

    /// <summary>The rows of each expert.</summary>
    public ArrayView<TileSpan> Spans;
}
