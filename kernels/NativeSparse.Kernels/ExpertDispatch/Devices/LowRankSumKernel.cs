using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>y += shared down product + the pairs' deltas + the down bias times their factors: a thread for each token and output.</summary>
internal static class LowRankSumKernel
{
    public static void Run(
        LowRankParameters p,
        ArrayView<int> counts,
        ArrayView<int> slots,
        ArrayView<float> factors,
        ArrayView<float> shared,
        ArrayView<float> deltas,
        ArrayView<float> bias,
        ArrayView<float> y)
    {
        var output = (Grid.IdxY * Group.DimX) + Group.IdxX;
        var token = Grid.IdxX;
        var count = counts[p.FirstToken + token];
        if (output >= p.Width || count == 0)
        {
            return;
        }

        var at = ((long)(p.FirstToken + token) * p.Stride) + output;
        var own = p.HasBias != 0 ? bias[output] : 0;
        var sum = y[at] + shared[((long)token * p.Width) + output];
        for (var i = 0; i < count; i++)
        {
            var slot = slots[((long)token * p.Capacity) + i];
            var delta = p.HasDownDelta != 0 ? deltas[((long)slot * p.Width) + output] : 0;
            sum = (factors[slot] * own) + (sum + delta);
        }

        y[at] = sum;
    }
}
