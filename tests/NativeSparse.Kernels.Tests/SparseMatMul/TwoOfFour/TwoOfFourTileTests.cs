using System.Runtime.Intrinsics;
using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>The tile reads its weights and inputs and nothing beyond them: a violation ends the process.</summary>
public sealed class TwoOfFourTileTests
{
    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 3)]
    [InlineData(true, 1)]
    [InlineData(true, 3)]
    public void No_width_leaves_its_operands(bool atEnd, int groups)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: needs mmap");
        Run<Width128, Vector128<float>>(atEnd, groups);
        Run<Width256, Vector256<float>>(atEnd, groups);
        Run<Width512, Vector512<float>>(atEnd, groups);
    }

    private static void Run<TWidth, TVector>(bool atEnd, int groups)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
    {
        Run<TWidth, TVector, RowCounts.One>(atEnd, groups);
        Run<TWidth, TVector, RowCounts.Two>(atEnd, groups);
        Run<TWidth, TVector, RowCounts.Four>(atEnd, groups);
        RunPair<TWidth, TVector>(atEnd, groups);
    }

    private static unsafe void RunPair<TWidth, TVector>(bool atEnd, int groups)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
    {
        var panel = 2 * TWidth.Lanes;
        var random = new Random(groups);
        using var x = new GuardedMemory(groups * TwoOfFourWeights.GroupInputs, atEnd, random);
        using var values = new GuardedMemory(4 * groups * panel, atEnd, random);
        using var positions = new GuardedMemory(2 * groups * panel / sizeof(float), atEnd);
        using var sums = new GuardedMemory(2 * panel, atEnd);
        using var apart = new GuardedMemory(2 * panel, atEnd);
        new Span<byte>((void*)positions.Address, 2 * groups * panel).Fill(2 << 2);
        var input = (float*)x.Address;
        var weights = (float*)values.Address;
        var places = (byte*)positions.Address;

        TwoOfFourTile<TWidth, TVector>.RunPair(input, weights, places, groups, groups, (float*)sums.Address);

        for (var i = 0; i < 2; i++)
        {
            TwoOfFourTile<TWidth, TVector>.Run<RowCounts.One>(
                input, 0, weights + (i * 2 * groups * panel), places + (i * groups * panel), groups, (float*)apart.Address + (i * panel));
        }

        Assert.Equal(apart.Values(2 * panel).ToArray(), sums.Values(2 * panel).ToArray());
    }

    private static unsafe void Run<TWidth, TVector, TRows>(bool atEnd, int groups)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
        where TRows : struct, IRowCount
    {
        var panel = 2 * TWidth.Lanes;
        var inputs = groups * TwoOfFourWeights.GroupInputs;
        var random = new Random(groups);
        using var x = new GuardedMemory(TRows.Count * inputs, atEnd, random);
        using var values = new GuardedMemory(2 * groups * panel, atEnd, random);
        using var positions = new GuardedMemory(groups * panel / sizeof(float), atEnd);
        using var sums = new GuardedMemory(TRows.Count * panel, atEnd);
        new Span<byte>((void*)positions.Address, groups * panel).Fill(1 | (3 << 2));

        TwoOfFourTile<TWidth, TVector>.Run<TRows>(
            (float*)x.Address, inputs, (float*)values.Address, (byte*)positions.Address, groups, (float*)sums.Address);

        var expected = 0f;
        var lastInputs = x.Values(TRows.Count * inputs)[^inputs..];
        var lastValues = values.Values(2 * groups * panel);
        for (var group = 0; group < groups; group++)
        {
            expected = MathF.FusedMultiplyAdd(lastValues[(((2 * group) + 1) * panel) - 1], lastInputs[(4 * group) + 1], expected);
            expected = MathF.FusedMultiplyAdd(lastValues[(((2 * group) + 2) * panel) - 1], lastInputs[(4 * group) + 3], expected);
        }

        Assert.Equal(expected, sums.Values(TRows.Count * panel)[^1]);
    }
}
