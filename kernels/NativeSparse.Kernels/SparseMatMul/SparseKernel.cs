using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// Sparse products on a device. A thread holds 4 tokens of one output (<see cref="RunSingle"/>), or of 4 outputs that share a pattern
/// (<see cref="RunQuads"/>): neighbouring threads read neighbouring tokens of an input, and all of them the same weights.
/// </summary>
internal static class SparseKernel
{
    /// <summary>Threads of a group along the tokens, 4 tokens each.</summary>
    public const int Lanes = 8;

    /// <summary>One output a thread: blocks of 1 or 2 outputs.</summary>
    public static void RunSingle(SparseParameters p, SparseOperands o)
    {
        var token = 4 * ((Grid.IdxX * Lanes) + (Group.IdxX % Lanes));
        var output = (Grid.IdxY * (Group.DimX / Lanes)) + (Group.IdxX / Lanes);
        if (token >= p.Tokens || output >= p.Outputs)
        {
            return;
        }

        var row = output / p.BlockHeight;
        var end = o.Starts[row + 1];
        var place = output % p.BlockHeight;
        Quad sums = default;
        for (var entry = o.Starts[row]; entry < end; entry++)
        {
            sums.Add(o.Values[((long)entry * p.BlockHeight) + place], Load(p, o, entry, token));
        }

        for (var i = 0; i < 4 && token + i < p.Tokens; i++)
        {
            Store(p, o, token + i, output, Pick(sums, i));
        }
    }

    /// <summary>Four outputs a thread: blocks of 4 outputs or more.</summary>
    public static void RunQuads(SparseParameters p, SparseOperands o)
    {
        var token = 4 * ((Grid.IdxX * Lanes) + (Group.IdxX % Lanes));
        var output = 4 * ((Grid.IdxY * (Group.DimX / Lanes)) + (Group.IdxX / Lanes));
        if (token >= p.Tokens || output >= p.Outputs)
        {
            return;
        }

        var row = output / p.BlockHeight;
        var end = o.Starts[row + 1];
        Quad sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        var values = o.Values.Cast<Quad>();
        var place = output % p.BlockHeight / 4;
        for (var entry = o.Starts[row]; entry < end; entry++)
        {
            var tokens = Load(p, o, entry, token);
            var weights = values[((long)entry * (p.BlockHeight / 4)) + place];
            sum0.Add(weights.X, tokens);
            sum1.Add(weights.Y, tokens);
            sum2.Add(weights.Z, tokens);
            sum3.Add(weights.W, tokens);
        }

        for (var i = 0; i < 16; i++)
        {
            var (t, n) = (token + (i / 4), output + (i % 4));
            if (t < p.Tokens && n < p.Outputs)
            {
                var sum = i % 4 == 0 ? sum0 : i % 4 == 1 ? sum1 : i % 4 == 2 ? sum2 : sum3;
                Store(p, o, t, n, Pick(sum, i / 4));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad Load(in SparseParameters p, in SparseOperands o, int entry, int token)
    {
        var row = (long)o.Entries[entry] * p.InputStride;
        return p.IsAligned != 0 && token + 3 < p.Tokens ? FloatTile.LoadAligned(o.Inputs, row, token) : FloatTile.LoadAny(o.Inputs, row, token, p.Tokens);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Pick(Quad values, int index) => index == 0 ? values.X : index == 1 ? values.Y : index == 2 ? values.Z : values.W;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in SparseParameters p, in SparseOperands o, int token, int output, float sum)
    {
        var value = DeviceActivation.Apply(p.Activation, p.Slope, sum + (p.HasBias != 0 ? o.Bias[output] : 0));
        if (p.HasMultiplier != 0)
        {
            value *= o.Multiplier[((long)token * p.MultiplierStride) + output];
        }

        o.Outputs[((long)token * p.TokenStep) + ((long)output * p.OutputStep)] = value;
    }
}
