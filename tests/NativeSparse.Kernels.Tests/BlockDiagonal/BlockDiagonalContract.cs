using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of the block-diagonal product must do at every precision.</summary>
public abstract class BlockDiagonalContract : IDisposable
{
    private static readonly DiagonalBlock[] _ragged = [new(1, 3), new(17, 1), new(3, 33), new(33, 17), new(64, 64)];

    private readonly Backend _backend;
    private readonly Precision _precision;

    private protected BlockDiagonalContract(Backend backend, Precision precision) => (_backend, _precision) = (backend, precision);

    /// <summary>Rows; then inputs and outputs of each block.</summary>
    public static TheoryData<int, int[]> Shapes => new()
    {
        { 0, [4, 3, 2, 5] },
        { 1, [1, 1] },
        { 1, [1, 3, 17, 1, 3, 33, 33, 17, 64, 64] },
        { 1, [40, 200, 40, 200] },
        { 2, [1, 3, 17, 1, 3, 33, 33, 17, 64, 64] },
        { 2, [16, 129, 16, 129, 16, 129] },
        { 13, [64, 17, 1, 1, 400, 33, 3, 3] },
        { 13, [12, 8, 12, 8, 12, 8, 12, 8, 12, 8, 12, 8, 12, 8, 12, 8] },
        { 13, [3, 500, 2, 524] },
        { 130, [33, 17, 1, 40] },
        { 130, [17, 33, 17, 33, 17, 33] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Blocks_are_dense_products_of_their_parts(int rows, int[] widths)
    {
        using var problem = new DiagonalProblem(_backend, rows, Blocks(widths), _precision, gap: 3, seed: rows);
        foreach (var epilogue in new[] { default, new Epilogue { Bias = problem.Bias.View }, problem.Full })
        {
            var expected = problem.Separate(epilogue);
            foreach (var threads in new[] { 1, 2, 3 })
            {
                problem.Run(threads, epilogue);
                Assert.Equal(expected, problem.Y.Values());
            }
        }

        Assert.True(problem.Y.GapsAreUntouched());
        Assert.True(problem.X.GapsAreUntouched());
        Assert.True(problem.Multiplier.GapsAreUntouched());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Without_an_activation_every_version_gives_the_bits_of_the_reference(int rows, int[] widths)
    {
        using var reference = Versions.Reference();
        using var expected = new DiagonalProblem(reference, rows, Blocks(widths), _precision, gap: 0, seed: 5);
        using var actual = new DiagonalProblem(_backend, rows, Blocks(widths), _precision, gap: 2, seed: 5);
        expected.Run(1, new Epilogue { Bias = expected.Bias.View });
        actual.Run(2, new Epilogue { Bias = actual.Bias.View });
        Limits.AssertBits(_backend, _precision, expected.Y.Values(), actual.Y.Values());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_output_is_the_sum_over_its_block(int rows, int[] widths)
    {
        using var problem = new DiagonalProblem(_backend, rows, Blocks(widths), _precision, gap: 1, seed: 7);
        problem.Run(2, new Epilogue { Bias = problem.Bias.View });
        problem.AssertSums();
    }

    [Fact]
    public void The_multiplier_may_be_the_destination()
    {
        using var problem = new DiagonalProblem(_backend, 70, [new(400, 40), new(20, 9)], _precision);
        problem.Run(1, problem.Full);
        var expected = problem.Y.Values();
        for (var t = 0; t < 70; t++)
        {
            problem.Multiplier.Row(t).CopyTo(problem.Y.Row(t));
        }

        problem.Run(2, problem.Full with { Multiplier = problem.Y.View });
        Assert.Equal(expected, problem.Y.Values());
    }

    [Fact]
    public void A_row_does_not_depend_on_the_batch_or_the_threads()
    {
        const int rows = 41;
        using var problem = new DiagonalProblem(_backend, rows, [.. _ragged, new(390, 40)], _precision, seed: 4);
        var epilogue = new Epilogue { Bias = problem.Bias.View, Activation = new Activation(ActivationKind.GeluTanh) };
        problem.Run(1, epilogue);
        var expected = problem.Y.Values();
        foreach (var threads in new[] { 1, 2, 3 })
        {
            using var host = new Host(threads);
            foreach (var part in new[] { 1, 2, 3, 8, 40 })
            {
                for (var first = 0; first < rows; first += part)
                {
                    var count = Math.Min(part, rows - first);
                    _backend.BlockDiagonal.Run(
                        host.Execution, problem.X.View.Slice(first, count), problem.Packed, epilogue, problem.Y.View.Slice(first, count));
                }

                Assert.Equal(expected, problem.Y.Values());
            }
        }
    }

    [Fact]
    public void Not_a_number_and_infinity_stay_in_their_row_and_block()
    {
        using var problem = new DiagonalProblem(_backend, 9, DiagonalBlock.Repeat(3, 20, 18), _precision);
        problem.X.Row(4)[27] = float.NaN;
        problem.X.Row(6)[2] = float.PositiveInfinity;
        problem.Run(2, default);
        for (var t = 0; t < 9; t++)
        {
            for (var n = 0; n < 54; n++)
            {
                Assert.Equal((t, n / 18) is not ((4, 1) or (6, 0)), float.IsFinite(problem.Y.Row(t)[n]));
            }
        }
    }

    [Fact]
    public void A_block_is_rounded_with_its_own_scale()
    {
        using var problem = new DiagonalProblem(_backend, 3, DiagonalBlock.Repeat(2, 40, 10), _precision);
        problem.Run(1, default);
        var expected = problem.Y.Values();
        problem.X.Row(1)[3] = 1e6f;
        problem.Run(1, default);
        Assert.NotEqual(expected[20..30], problem.Y.Row(1)[..10].ToArray());
        Assert.Equal(expected[30..40], problem.Y.Row(1)[10..].ToArray());
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        Assert.SkipWhen(_backend is ReferenceBackend && _precision == Precision.Int4, "skipped: plain loops allocate");
        using var problem = new DiagonalProblem(_backend, 21, _ragged, _precision);
        foreach (var threads in new[] { 1, 2 })
        {
            using var host = new Host(threads);
            Limits.AssertAllocations(_backend, () => problem.RunOn(host, problem.Full with { Multiplier = problem.Y.View }));
        }
    }

    [Fact]
    public void Concurrent_runs_share_the_weights()
    {
        using var problem = new DiagonalProblem(_backend, 20, _ragged, _precision);
        problem.Run(1, default);
        var expected = problem.Y.Values();
        Parallel.For(0, 4, _ =>
        {
            using var host = new Host(2);
            using var y = new Operand(20, problem.Packed.OutputWidth);
            for (var i = 0; i < 5; i++)
            {
                _backend.BlockDiagonal.Run(host.Execution, problem.X.View, problem.Packed, default, y.View);
                Assert.Equal(expected, y.Values());
            }
        });
    }

    [Fact]
    public void Blocks_come_back_as_the_dense_family_packs_them()
    {
        using var problem = new DiagonalProblem(_backend, 1, _ragged, _precision);
        var packed = problem.Packed;
        Assert.Equal((5, 118, 118, _precision), (packed.Count, packed.InputWidth, packed.OutputWidth, packed.Precision));
        Assert.Equal(_ragged.Sum(block => block.InputWidth * block.OutputWidth), packed.WeightCount);
        Assert.InRange(packed.ByteCount, packed.WeightCount / 2, long.MaxValue);
        for (var b = 0; b < packed.Count; b++)
        {
            using var alone = _backend.Dense.Pack(problem.Weights[b], _ragged[b].InputWidth, _ragged[b].OutputWidth, _precision);
            var (expected, actual) = (new float[problem.Weights[b].Length], new float[problem.Weights[b].Length]);
            alone.Unpack(expected);
            packed.Block(b).Unpack(actual);
            Assert.Equal(expected, actual);
            Assert.Equal(alone.Version, packed.Version);
        }
    }

    [Fact]
    public void Matrices_of_the_dense_family_may_be_the_blocks()
    {
        using var problem = new DiagonalProblem(_backend, 5, _ragged, _precision);
        using var packed = _backend.BlockDiagonal.Pack(
            [.. _ragged.Zip(problem.Weights, (block, weights) => _backend.Dense.Pack(weights, block.InputWidth, block.OutputWidth, _precision))]);
        using var host = new Host();
        using var y = new Operand(5, packed.OutputWidth);
        problem.Run(1, default);
        _backend.BlockDiagonal.Run(host.Execution, problem.X.View, packed, default, y.View);
        Assert.Equal(problem.Y.Values(), y.Values());
    }

    [Fact]
    public void Blocks_that_do_not_fit_are_refused()
    {
        var family = _backend.BlockDiagonal;
        Assert.Throws<ShapeMismatchException>(() => family.Pack([], [], _precision));
        var wrong = Assert.Throws<ShapeMismatchException>(() => family.Pack(new float[7], [new(2, 2), new(2, 2)], _precision));
        Assert.Equal(("8 values in 2 blocks", "7 values"), (wrong.Expected, wrong.Actual));
        wrong = Assert.Throws<ShapeMismatchException>(() => family.Pack(new float[4], [new(2, 2), new(0, 2)], _precision));
        Assert.Contains("block 1", wrong.Message, StringComparison.Ordinal);
        Assert.Throws<ShapeMismatchException>(
            () => family.Pack(new float[4], [new(int.MaxValue, 1), new(int.MaxValue, 1)], _precision));
        Assert.Throws<NotSupportedException>(() => family.Pack(new float[4], [new(2, 2)], (Precision)99));
        Assert.Throws<ShapeMismatchException>(() => family.Pack([]));
        using var one = _backend.Dense.Pack(new float[4], 2, 2, _precision);
        using var other = _backend.Dense.Pack(new float[4], 2, 2, _precision == Precision.Int8 ? Precision.Float32 : Precision.Int8);
        Assert.Throws<ShapeMismatchException>(() => family.Pack([one, other]));
        using var stranger = _backend is ReferenceBackend ? Versions.Vector128() : Versions.Reference();
        using var foreign = stranger.Dense.Pack(new float[4], 2, 2, _precision);
        Assert.Throws<ArgumentException>(() => family.Pack([one, foreign]));
        one.Unpack(new float[4]);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_before_anything_is_written()
    {
        using var problem = new DiagonalProblem(_backend, 4, [new(7, 4), new(3, 2)], _precision);
        using var narrow = new Operand(4, 9);
        using var shortY = new Operand(3, 6);
        using var bias = new Operand(1, 5);
        using var host = new Host();
        var (family, x, y, packed) = (_backend.BlockDiagonal, problem.X.View, problem.Y.View, problem.Packed);
        var wrong = Assert.Throws<ShapeMismatchException>(() => family.Run(host.Execution, narrow.View, packed, default, y));
        Assert.Equal(("Float32 [4, 10]", "Float32 [4, 9]"), (wrong.Expected, wrong.Actual));
        Assert.Throws<ShapeMismatchException>(() => family.Run(host.Execution, x, packed, default, shortY.View));
        Assert.Throws<ShapeMismatchException>(() => family.Run(host.Execution, x, packed, default, narrow.View));
        Assert.Throws<ShapeMismatchException>(() => family.Run(host.Execution, x, packed, new Epilogue { Bias = bias.View }, y));
        Assert.Throws<ShapeMismatchException>(() => family.Run(host.Execution, x, packed, new Epilogue { Multiplier = shortY.View }, y));
        Assert.Throws<ArgumentNullException>(() => family.Run(host.Execution, x, null!, default, y));
        using var stranger = _backend is ReferenceBackend ? Versions.Vector128() : Versions.Reference();
        using var foreign = stranger.BlockDiagonal.Pack(new float[34], problem.Blocks, _precision);
        Assert.Throws<ArgumentException>(() => family.Run(host.Execution, x, foreign, default, y));
        Assert.All(problem.Y.Values(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_cancelled_run_stops()
    {
        using var problem = new DiagonalProblem(_backend, 4, _ragged, _precision);
        using var host = new Host(1, new CancellationToken(canceled: true));
        Assert.ThrowsAny<OperationCanceledException>(() => problem.RunOn(host, default));
    }

    [Fact]
    public void Disposing_twice_is_fine_and_running_afterwards_is_an_error()
    {
        using var problem = new DiagonalProblem(_backend, 4, _ragged, _precision);
        problem.Packed.Dispose();
        problem.Packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => problem.Run(1, default));
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }

    private static DiagonalBlock[] Blocks(int[] widths) => [.. widths.Chunk(2).Select(pair => new DiagonalBlock(pair[0], pair[1]))];
}
