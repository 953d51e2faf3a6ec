using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>The complete sums of some tokens by one panel of outputs, in tiles of four tokens, then two, then one.</summary>
internal static unsafe class TwoOfFourSums<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Tokens of the largest tile.</summary>
    public const int TileRows = 4;

    /// <summary>sums[t][n] = sum over the stored entries.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="number">Which panel.</param>
    /// <param name="x">The inputs of the first token.</param>
    /// <param name="stride">From one token's inputs to the next one's.</param>
    /// <param name="count">Tokens.</param>
    /// <param name="sums"><c>[count][panel]</c>.</param>
    public static void Run(VectorTwoOfFour weights, int number, float* x, nint stride, int count, float* sums)
    {
        new Span<float>(sums, count * weights.Panel).Clear();
        var done = 0;
        for (; count - done >= TileRows; done += TileRows)
        {
            Multiply<RowCounts.Four>(weights, number, x + (done * stride), stride, sums + (done * weights.Panel));
        }

        for (; count - done >= 2; done += 2)
        {
            Multiply<RowCounts.Two>(weights, number, x + (done * stride), stride, sums + (done * weights.Panel));
        }

        for (; done < count; done++)
        {
            Multiply<RowCounts.One>(weights, number, x + (done * stride), stride, sums + (done * weights.Panel));
        }
    }

    /// <summary>The sums of one token by a panel and the next one, <c>[2][panel]</c>.</summary>
    [SkipLocalsInit]
    public static void RunPair(VectorTwoOfFour weights, int number, float* x, float* sums)
    {
        var panel = weights.Panel;
        new Span<float>(sums, 2 * panel).Clear();
        var (whole, groups) = (weights.InputWidth / TwoOfFourWeights.GroupInputs, weights.Groups);
        var values = weights.Values + ((nint)number * groups * 2 * panel);
        var positions = weights.Positions + ((nint)number * groups * panel);
        TwoOfFourTile<TWidth, TVector>.RunPair(x, values, positions, groups, whole, sums);
        if (whole < groups)
        {
            var rest = stackalloc float[TwoOfFourWeights.GroupInputs];
            CopyRest<RowCounts.One>(weights, x, 0, rest);
            TwoOfFourTile<TWidth, TVector>.RunPair(rest, values + ((nint)whole * 2 * panel), positions + ((nint)whole * panel), groups, 1, sums);
        }
    }

    [SkipLocalsInit]
    private static void Multiply<TRows>(VectorTwoOfFour weights, int number, float* x, nint stride, float* sums)
        where TRows : struct, IRowCount
    {
        var panel = weights.Panel;
        var (whole, groups) = (weights.InputWidth / TwoOfFourWeights.GroupInputs, weights.Groups);
        var values = weights.Values + ((nint)number * groups * 2 * panel);
        var positions = weights.Positions + ((nint)number * groups * panel);
        TwoOfFourTile<TWidth, TVector>.Run<TRows>(x, stride, values, positions, whole, sums);
        if (whole < groups)
        {
            var rest = stackalloc float[TileRows * TwoOfFourWeights.GroupInputs];
            CopyRest<TRows>(weights, x, stride, rest);
            TwoOfFourTile<TWidth, TVector>.Run<TRows>(
                rest, TwoOfFourWeights.GroupInputs, values + ((nint)whole * 2 * panel), positions + ((nint)whole * panel), 1, sums);
        }
    }

    /// <summary>The last inputs where they are fewer than 4: nothing beyond them is the caller's to be read.</summary>
    private static void CopyRest<TRows>(VectorTwoOfFour weights, float* x, nint stride, float* rest)
        where TRows : struct, IRowCount
    {
        var first = weights.InputWidth / TwoOfFourWeights.GroupInputs * TwoOfFourWeights.GroupInputs;
        for (var r = 0; r < TRows.Count; r++)
        {
            var row = new Span<float>(rest + (r * TwoOfFourWeights.GroupInputs), TwoOfFourWeights.GroupInputs);
            row.Clear();
            new ReadOnlySpan<float>(x + (r * stride) + first, weights.InputWidth - first).CopyTo(row);
        }
    }
}
