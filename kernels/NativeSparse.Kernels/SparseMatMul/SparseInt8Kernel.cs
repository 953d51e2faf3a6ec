using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// Sparse int8 products on a device. A group computes the outputs of one list of input blocks for some tokens, a thread 4 tokens by 2 outputs:
/// neighbouring threads read neighbouring words of weights and the same words of tokens. Where tokens are few, threads take turns at the list,
/// and their integer sums are added through shared memory.
/// </summary>
internal static class SparseInt8Kernel
{
    /// <summary>Tokens of a thread.</summary>
    public const int Tokens = 4;

    /// <summary>Outputs of a thread.</summary>
    public const int Outputs = 2;

    private const int MostThreads = 256;
    private const int Sums = Tokens * Outputs;

    public static void Run(SparseInt8Parameters p, SparseInt8Operands o)
    {
        var sums = SharedMemory.Allocate<int>(MostThreads * Sums);
        var thread = Group.IdxX;
        var lanes = p.BlockHeight / Outputs;
        var shares = Group.DimX / lanes / p.Turns;
        var lane = thread % lanes;
        var turn = thread / lanes / shares;
        var token = Tokens * ((Grid.IdxX * shares) + (thread / lanes % shares));
        var output = (Grid.IdxY * p.BlockHeight) + lane;

        // Threads beyond the last token read its words: all of a group come to the barriers.
        var quad = IntrinsicMath.Min(token, p.InputStride - Tokens) / Tokens;
        WordSums near = default, far = default;
        var end = o.Starts[Grid.IdxY + 1];
        for (var entry = o.Starts[Grid.IdxY] + turn; entry < end; entry += p.Turns)
        {
            var inputs = o.Inputs[((long)o.Entries[entry] * (p.InputStride / Tokens)) + quad];
            var weights = ((long)entry * p.BlockHeight) + lane;
            near.Add(o.Weights[weights], inputs);
            far.Add(o.Weights[weights + lanes], inputs);
        }

        if (p.Turns > 1)
        {
            sums[thread] = near.X;
            sums[thread + MostThreads] = near.Y;
            sums[thread + (2 * MostThreads)] = near.Z;
            sums[thread + (3 * MostThreads)] = near.W;
            sums[thread + (4 * MostThreads)] = far.X;
            sums[thread + (5 * MostThreads)] = far.Y;
            sums[thread + (6 * MostThreads)] = far.Z;
            sums[thread + (7 * MostThreads)] = far.W;
            Group.Barrier();
            var share = Group.DimX / p.Turns;
            for (var i = thread; i < share * Sums; i += Group.DimX)
            {
                var place = (i / share * MostThreads) + (i % share);
                var sum = 0;
                for (var t = 0; t < p.Turns; t++)
                {
                    sum += sums[place + (t * share)];
                }

                sums[place] = sum;
            }

            Group.Barrier();
            near.X = sums[thread];
            near.Y = sums[thread + MostThreads];
            near.Z = sums[thread + (2 * MostThreads)];
            near.W = sums[thread + (3 * MostThreads)];
            far.X = sums[thread + (4 * MostThreads)];
            far.Y = sums[thread + (5 * MostThreads)];
            far.Z = sums[thread + (6 * MostThreads)];
            far.W = sums[thread + (7 * MostThreads)];
        }

        if (turn == 0)
        {
            Store(p, o, token, output, near);
            Store(p, o, token, output + lanes, far);
        }
    }

    private static void Store(in SparseInt8Parameters p, in SparseInt8Operands o, int token, int output, in WordSums sums)
    {
        if (output >= p.Outputs)
        {
            return;
        }

        var column = o.Columns[output];
        var bias = p.HasBias != 0 ? o.Bias[output] : 0;
        for (var i = 0; i < Tokens && token + i < p.Tokens; i++)
        {
            var row = o.Rows[token + i];
            var sum = Pick(sums, i) - (row.Zero * column.Sum);
            var value = DeviceActivation.Apply(p.Activation, p.Slope, (sum * column.Scale * row.Scale) + bias);
            if (p.HasMultiplier != 0)
            {
                value *= o.Multiplier[((long)(token + i) * p.MultiplierStride) + output];
            }

            o.Outputs[((long)(token + i) * p.TokenStep) + ((long)output * p.OutputStep)] = value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Pick(in WordSums sums, int index) => index == 0 ? sums.X : index == 1 ? sums.Y : index == 2 ? sums.Z : sums.W;
}
