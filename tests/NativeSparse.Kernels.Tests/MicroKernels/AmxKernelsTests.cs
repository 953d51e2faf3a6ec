using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>The kernels of the tile unit, bit for bit against plain arithmetic, between pages that may not be touched.</summary>
public sealed unsafe class AmxKernelsTests
{
    public static TheoryData<int> Heights => [.. Enumerable.Range(1, AmxConfiguration.BlockRows)];

    [Theory]
    [MemberData(nameof(Heights))]
    public void One_block_is_exact(int rows)
    {
        foreach (var inputs in new[] { 64, 128, 448 })
        {
            AssertExact(rows, 1, panels: 3, inputs);
        }
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(1, 2304)]
    [InlineData(5, 384)]
    public void Several_blocks_are_exact(int panels, int inputs) => AssertExact(AmxConfiguration.BlockRows, 3, panels, inputs);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Int4_groups_are_exact(int pairs)
    {
        SkipWithoutAmx();
        using var kernels = new AmxKernels();
        for (var rows = 1; rows <= AmxConfiguration.TileRows; rows++)
        {
            for (var choice = 0; choice < 4; choice++)
            {
                using var operands = new GuardedOperands(atEnd: choice % 2 == 0);
                Assert.Null(new AmxInt4Trial(rows, blocks: 3, pairs, hasGroupScales: choice < 2, operands.Allocate).Fault(kernels));
            }
        }
    }

    [Fact]
    public void A_wrong_int4_kernel_is_seen()
    {
        using var operands = new GuardedOperands(atEnd: true);
        var trial = new AmxInt4Trial(7, 1, 2, hasGroupScales: true, operands.Allocate);
        Assert.Contains("plain arithmetic gives", trial.Fault(new WrongKernels()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_thread_that_used_tiles_still_throws_null_references()
    {
        // Were its signal stack too small, the whole process would end here.
        AssertExact(AmxConfiguration.BlockRows, 1, panels: 1, inputs: 64);
        var thread = new Thread(() =>
        {
            AssertExact(AmxConfiguration.BlockRows, 1, panels: 1, inputs: 64);
            Assert.Throws<NullReferenceException>(() => Length(null!));
        });
        thread.Start();
        thread.Join();
        Assert.Throws<NullReferenceException>(() => Length(null!));
    }

    [Fact]
    public void A_wrong_kernel_is_seen()
    {
        using var operands = new GuardedOperands(atEnd: true);
        var trial = new AmxTrial(7, 1, 2, 64, new AmxFinish(TileEpilogue.Scale), operands.Allocate);
        Assert.Contains("plain arithmetic gives", trial.Fault(new WrongKernels()), StringComparison.Ordinal);
    }

    private static int Length(string text) => text.Length;

    private static void AssertExact(int rows, int blocks, int panels, int inputs)
    {
        SkipWithoutAmx();
        using var kernels = new AmxKernels();
        var finishes = new AmxFinish[]
        {
            new(TileEpilogue.Raw), new(TileEpilogue.Scale), new(TileEpilogue.Scale, IsFetching: true), new(TileEpilogue.Scale, HasRowFactors: true),
            new(TileEpilogue.Raw, IsExpertDown: true), new(TileEpilogue.Gelu), new(TileEpilogue.Gelu, HasRowFactors: true, IsFetching: true),
        };
        foreach (var (finish, atEnd) in finishes.SelectMany(finish => new[] { (finish, true), (finish, false) }))
        {
            using var operands = new GuardedOperands(atEnd);
            Assert.Null(new AmxTrial(rows, blocks, panels, inputs, finish, operands.Allocate).Fault(kernels));
        }
    }

    private static void SkipWithoutAmx()
    {
        if ((CpuFeatures.Host.Missing(InstructionSet.AmxInt8) ?? CpuFeatures.Host.Missing(InstructionSet.Avx512Vnni)) is { } missing)
        {
            Assert.Skip($"skipped: {missing}");
        }
    }

    private sealed class WrongKernels : IAmxKernels
    {
        public void Run(AmxArguments* arguments, AmxFinish finish) => AmxReference.Run(arguments, finish with { Epilogue = TileEpilogue.Gelu });

        public void Run(AmxInt4Arguments* arguments, AmxInt4Form form) => AmxInt4Reference.Run(arguments, form with { HasGroupScales = false });
    }
}
