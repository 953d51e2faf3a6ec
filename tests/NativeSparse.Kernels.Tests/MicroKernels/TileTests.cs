using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>
/// Every assembled tile, at every height, bit for bit against plain arithmetic: interpreted under both calling conventions with every
/// access to memory checked, and run on this processor between pages that may not be touched where it has the instructions.
/// </summary>
public sealed unsafe class TileTests
{
    public static TheoryData<int> Heights => [.. Enumerable.Range(1, TileSpecification.MaxRows)];

    [Theory]
    [Trait("Speed", "Slow")]
    [MemberData(nameof(Heights))]
    public void Interpreted_tiles_are_exact(int rows)
    {
        foreach (var tile in Forms(rows))
        {
            foreach (var abi in new[] { Abi.SystemV, Abi.Windows })
            {
                var code = TileEmitter.Emit(tile, abi);
                foreach (var steps in Steps(tile))
                {
                    Interpret(tile, abi, code, steps);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Heights))]
    public void Tiles_on_this_processor_are_exact(int rows)
    {
        if (CpuFeatures.Host.Missing(InstructionSet.Avx512Vnni) is { } missing)
        {
            Assert.Skip($"skipped: the tiles ran in the interpreter only; {missing}");
        }

        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: needs mmap");
        foreach (var tile in Forms(rows))
        {
            foreach (var abi in new[] { Abi.SystemV, Abi.Windows })
            {
                using var memory = ExecutableMemory.Publish(TileEmitter.Emit(tile, abi));
                using var witness = new CallWitness(abi);
                foreach (var (steps, atEnd) in Steps(tile).SelectMany(steps => new[] { (steps, true), (steps, false) }))
                {
                    using var operands = new GuardedOperands(atEnd);
                    var trial = new TileTrial(tile, steps, Seed(tile, steps), operands.Allocate);
                    witness.Call(memory.Address, trial.Arguments);
                    Assert.Null(trial.Fault());
                }
            }
        }
    }

    [Fact]
    public void A_wrong_tile_is_seen()
    {
        var tile = new TileSpecification(TileKind.Int8, 3, TileEpilogue.Scale) { HasZeroPoint = true, IsMasked = true };
        AssertSeen(tile, tile with { HasZeroPoint = false }, "plain arithmetic gives");
        AssertSeen(tile, tile with { Rows = 2 }, "row 2");
        AssertSeen(tile, tile with { Rows = 4 }, "outside every operand");
        AssertSeen(tile, tile with { IsMasked = false }, "outside every operand");
        AssertSeen(tile, tile with { Epilogue = TileEpilogue.Gelu }, "plain arithmetic gives");
        var int4 = new TileSpecification(TileKind.Int4, 5, TileEpilogue.Gelu);
        AssertSeen(int4, int4 with { Epilogue = TileEpilogue.Scale }, "plain arithmetic gives");
        AssertSeen(int4, int4 with { HasGroupScales = true }, "outside every operand");
        var down = new TileSpecification(TileKind.ExpertDown, 2, TileEpilogue.Accumulate) { Depth = 32 };
        AssertSeen(down, down with { Depth = 28 }, "plain arithmetic gives");
        AssertSeen(down, down with { Depth = 36 }, "outside every operand");
    }

    [Fact]
    public void Forms_without_a_kernel_are_refused()
    {
        var int8 = new TileSpecification(TileKind.Int8, 1, TileEpilogue.Raw);
        var int4 = new TileSpecification(TileKind.Int4, 1, TileEpilogue.Scale);
        foreach (var tile in new[]
        {
            int8 with { Rows = 0 }, int8 with { Rows = 13 }, int8 with { Depth = 4 }, int8 with { PrefetchDistance = 1 },
            int8 with { PrefetchStreams = 5 }, int8 with { IsIndexed = true, PrefetchStreams = 1 }, int8 with { HasGroupScales = true },
            int4 with { Epilogue = TileEpilogue.Raw }, int4 with { Epilogue = TileEpilogue.Accumulate }, int4 with { HasZeroPoint = true },
            new TileSpecification(TileKind.ExpertDown, 1, TileEpilogue.Accumulate),
            new TileSpecification(TileKind.ExpertDown, 1, TileEpilogue.Accumulate) { Depth = 6 },
            new TileSpecification(TileKind.ExpertDown, 1, TileEpilogue.Raw) { Depth = 8 },
            new TileSpecification(TileKind.ExpertDown, 5, TileEpilogue.Accumulate) { Depth = 8, IsFetching = true },
        })
        {
            Assert.Throws<NotSupportedException>(() => TileEmitter.Emit(tile, Abi.SystemV));
        }
    }

    private static void AssertSeen(TileSpecification tile, TileSpecification wrong, string how)
    {
        using var operands = new GuardedOperands(atEnd: true);
        var trial = new TileTrial(tile, 7, seed: 5, operands.Allocate);
        string? fault;
        try
        {
            new Interpreter(TileEmitter.Emit(wrong, Abi.SystemV), new Machine(operands.Ranges, 1)).Call(Abi.SystemV, (nint)trial.Arguments);
            fault = trial.Fault();
        }
        catch (InvalidOperationException failure)
        {
            fault = failure.Message;
        }

        Assert.Contains(how, fault, StringComparison.Ordinal);
    }

    private static void Interpret(TileSpecification tile, Abi abi, KernelCode code, int steps)
    {
        var seed = Seed(tile, steps);
        using var operands = new GuardedOperands(atEnd: true);
        var trial = new TileTrial(tile, steps, seed, operands.Allocate);
        new Interpreter(code, new Machine(operands.Ranges, seed)).Call(abi, (nint)trial.Arguments);
        Assert.Null(trial.Fault());
    }

    private static int Seed(TileSpecification tile, int steps) => (tile.Rows * 131) + (steps * 7) + (int)tile.Epilogue;

    /// <summary>Lengths that take the unrolled loop, the rest, both and neither.</summary>
    private static int[] Steps(TileSpecification tile) => tile.Kind switch
    {
        TileKind.Int8 => [1, 4, 7, 19],
        TileKind.Int4 => [1, 3],
        _ => [1, 3],
    };

    private static IEnumerable<TileSpecification> Forms(int rows)
    {
        foreach (var epilogue in Enum.GetValues<TileEpilogue>())
        {
            var tile = new TileSpecification(TileKind.Int8, rows, epilogue);
            yield return tile;
            yield return tile with { HasZeroPoint = true, IsMasked = true };
            yield return tile with { HasZeroPoint = true, IsIndexed = true };
            yield return tile with { IsIndexed = true, IsMasked = true };
            yield return tile with { HasZeroPoint = true, PrefetchStreams = 1 + (rows % 4), PrefetchDistance = 4096 };
        }

        foreach (var epilogue in new[] { TileEpilogue.Scale, TileEpilogue.Gelu })
        {
            var tile = new TileSpecification(TileKind.Int4, rows, epilogue);
            yield return tile with { PrefetchDistance = 4096 };
            yield return tile with { IsMasked = true };
            yield return tile with { HasGroupScales = true };
            yield return tile with { HasGroupScales = true, IsMasked = true };
        }

        foreach (var depth in new[] { 4, 32, 128 })
        {
            yield return new TileSpecification(TileKind.ExpertDown, rows, TileEpilogue.Accumulate) { Depth = depth };
            if (rows <= TileSpecification.MaxFetchingRows)
            {
                yield return new TileSpecification(TileKind.ExpertDown, rows, TileEpilogue.Accumulate) { Depth = depth, IsFetching = true };
            }
        }
    }
}
