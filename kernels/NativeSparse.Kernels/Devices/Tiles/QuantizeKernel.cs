using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Rounds rows to u8 as <see cref="QuantizedRow"/> says: one group for each row and each of its parts.</summary>
internal static class QuantizeKernel
{
    private const int MostThreads = 256;

    public static void Run(
        QuantizeParameters p, ArrayView<TileMatrix> parts, ArrayView<float> inputs, ArrayView<int> words, ArrayView<RowQuantum> quanta)
    {
        var ranges = SharedMemory.Allocate<RowRange>(MostThreads);
        Round(p, Grid.IdxX, Grid.IdxY, ranges, parts, inputs, words, quanta);
    }

    /// <summary>One part of one row, by a group.</summary>
    public static void Round(
        in QuantizeParameters p,
        int row,
        int number,
        ArrayView<RowRange> ranges,
        ArrayView<TileMatrix> parts,
        ArrayView<float> inputs,
        ArrayView<int> words,
        ArrayView<RowQuantum> quanta)
    {
        var thread = Group.IdxX;
        var part = parts[number];
        var start = ((long)row * p.Stride) + part.SourceStart;
        RowRange range = default;
        for (var k = thread; k < part.Inputs; k += Group.DimX)
        {
            range.Include(inputs[start + k]);
        }

        ranges[thread] = range;
        Group.Barrier();
        for (var half = Group.DimX >> 1; half > 0; half >>= 1)
        {
            if (thread < half)
            {
                var joined = ranges[thread];
                joined.Include(ranges[thread + half]);
                ranges[thread] = joined;
            }

            Group.Barrier();
        }

        var quantum = RowQuantum.Of(ranges[0].Low, ranges[0].High, out var inverse);
        if (thread == 0)
        {
            quanta[(row * p.Parts) + number] = quantum;
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
