using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Rounds rows to u8 as <see cref="QuantizedRow"/> says: one group for each row and each of its parts.</summary>
internal static class QuantizeKernel
{
    private const int MostThreads = 256;

    public static void Run(
        QuantizeParameters p, ArrayView<TileMatrix> parts, ArrayView<float> inputs, ArrayView<int> words, ArrayView<RowQuantum> quanta)
    {
        var lows = SharedMemory.Allocate<float>(MostThreads);
        var highs = SharedMemory.Allocate<float>(MostThreads);
        var thread = Group.IdxX;
        var row = Grid.IdxX;
        var part = parts[Grid.IdxY];
        var start = ((long)row * p.Stride) + part.SourceStart;
        var low = 0f;
        var high = 0f;
        for (var k = thread; k < part.Inputs; k += Group.DimX)
        {
            var value = inputs[start + k];

            // A NaN or an infinity makes the difference a NaN, which no comparison below loses.
            var isFinite = value - value == 0;
            low = isFinite ? IntrinsicMath.Min(low, value) : float.NegativeInfinity;
            high = IntrinsicMath.Max(high, isFinite ? value : 0);
        }

        lows[thread] = low;
        highs[thread] = high;
        Group.Barrier();
        for (var half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (thread < half)
            {
                lows[thread] = IntrinsicMath.Min(lows[thread], lows[thread + half]);
                highs[thread] = IntrinsicMath.Max(highs[thread], highs[thread + half]);
            }

            Group.Barrier();
        }

        var quantum = RowQuantum.Of(lows[0], highs[0], out var inverse);
        if (thread == 0)
        {
            quanta[(row * p.Parts) + Grid.IdxY] = quantum;
        }

        var line = ((long)row * p.WordStride) + part.InputStart;
        for (var word = thread; word < (part.Inputs + 3) / 4; word += Group.DimX)
        {
            var bytes = 0;
            for (var i = 0; i < 4; i++)
            {
                var k = (4 * word) + i;
                var value = k < part.Inputs ? inputs[start + k] : 0;
                bytes |= quantum.Round(value, inverse) << (8 * i);
            }

            words[line + word] = bytes;
        }
    }
}
