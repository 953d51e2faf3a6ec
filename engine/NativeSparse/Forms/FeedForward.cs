using NativeSparse.Kernels;

namespace NativeSparse.Forms;

/// <summary>One feed-forward site in one form, ready to run.</summary>
internal abstract class FeedForward : NodeOperator
{
    /// <summary>O.</summary>
    public abstract int OutputWidth { get; }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<int> OutputWidths => field ??= [OutputWidth];

    /// <inheritdoc/>
    public sealed override void Run(in Execution execution, View x, ReadOnlySpan<View> outputs) => Run(execution, x, outputs[0]);

    /// <summary>Computes <paramref name="y"/> <c>[T, O]</c> from <paramref name="x"/> <c>[T, D]</c>, float32.</summary>
    public abstract void Run(in Execution execution, View x, View y);
}
