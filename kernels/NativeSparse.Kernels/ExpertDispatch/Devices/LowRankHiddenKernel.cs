using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// hidden = factor act(shared + delta), or gated, of each of a token's pairs, and their sum by ascending expert: a thread for each token and neuron.
/// </summary>
internal static class LowRankHiddenKernel
{
    public static void Run(
        LowRankParameters p,
        ArrayView<int> counts,
        ArrayView<int> slots,
        ArrayView<float> factors,
        ArrayView<float> up,
        ArrayView<float> gate,
        ArrayView<float> upDelta,
        ArrayView<float> gateDelta,
        ArrayView<float> hidden,
        ArrayView<float> sums)
    {
        var neuron = (Grid.IdxY * Group.DimX) + Group.IdxX;
        if (neuron >= p.Width)
        {
            return;
        }

        var token = Grid.IdxX;
        var at = ((long)token * p.Width) + neuron;
        var shared = up[at];
        var sharedGate = p.IsGated != 0 ? gate[at] : 0;
        var sum = 0f;
        for (var i = 0; i < counts[p.FirstToken + token]; i++)
        {
            var slot = slots[((long)token * p.Capacity) + i];
            var place = ((long)slot * p.Width) + neuron;
            var value = shared + (p.HasUpDelta != 0 ? upDelta[place] : 0);
            if (p.IsGated != 0)
            {
                value *= DeviceActivation.Apply(p.Activation, p.Slope, sharedGate + (p.HasGateDelta != 0 ? gateDelta[place] : 0));
            }
            else
            {
                value = DeviceActivation.Apply(p.Activation, p.Slope, value);
            }

            value *= factors[slot];
            hidden[place] = value;
            sum += value;
        }

        sums[at] = sum;
    }
}
