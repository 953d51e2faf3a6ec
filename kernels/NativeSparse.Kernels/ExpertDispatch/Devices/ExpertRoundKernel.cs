using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Rounds the weighted hidden values of each token's pairs to -127..127 around 128, with one scale for all of them: one group for each token.</summary>
internal static class ExpertRoundKernel
{
    private const int MostThreads = 256;

    public static void Run(
        ExpertRoundParameters p,
        ArrayView<int> counts,
        ArrayView<int> experts,
        ArrayView<int> slots,
        ArrayView<float> factors,
        ArrayView<int> widths,
        ArrayView<float> hidden,
        ArrayView<int> words,
        ArrayView<RowQuantum> quanta)
    {
        var magnitudes = SharedMemory.Allocate<float>(MostThreads);
        var token = Grid.IdxX;
        var count = counts[p.FirstToken + token];
        var line = (long)(p.FirstToken + token) * p.ExpertStride;
        var largest = 0f;
        for (var i = 0; i < count; i++)
        {
            var slot = slots[((long)token * p.Capacity) + i];
            for (var h = Group.IdxX; h < widths[experts[line + i]]; h += Group.DimX)
            {
                var value = hidden[((long)slot * p.Stride) + h] * factors[slot];
                largest = value - value == 0 ? IntrinsicMath.Max(largest, IntrinsicMath.Abs(value)) : float.PositiveInfinity;
            }
        }

        magnitudes[Group.IdxX] = largest;
        Group.Barrier();
        for (var half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
            {
                magnitudes[Group.IdxX] = IntrinsicMath.Max(magnitudes[Group.IdxX], magnitudes[Group.IdxX + half]);
            }

            Group.Barrier();
        }

        var quantum = RowQuantum.OfMagnitude(magnitudes[0], out var inverse);
        for (var i = 0; i < count; i++)
        {
            var slot = slots[((long)token * p.Capacity) + i];
            var width = widths[experts[line + i]];
            if (Group.IdxX == 0)
            {
                quanta[slot] = quantum;
            }

            for (var word = Group.IdxX; word < p.Words; word += Group.DimX)
            {
                var bytes = 0;
                for (var b = 0; b < 4; b++)
                {
                    var h = (4 * word) + b;
                    var value = h < width ? hidden[((long)slot * p.Stride) + h] * factors[slot] : 0;
                    bytes |= quantum.Round(value, inverse) << (8 * b);
                }

                words[((long)slot * p.Words) + word] = bytes;
            }
        }
    }
}
