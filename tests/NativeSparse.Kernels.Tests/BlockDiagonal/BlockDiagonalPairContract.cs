using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version must do with a block-diagonal product and another one behind it: BlockShuffle and BlockDense.</summary>
public abstract class BlockDiagonalPairContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Precision _precision;

    private protected BlockDiagonalPairContract(Backend backend, Precision precision) => (_backend, _precision) = (backend, precision);

    /// <summary>Rows; blocks, inputs and outputs of the first matrix; blocks and outputs of the second.</summary>
    public static TheoryData<int, int, int, int, int, int> Shapes => new()
    {
        { 0, 2, 3, 4, 2, 3 }, { 1, 1, 1, 1, 1, 1 }, { 1, 4, 12, 12, 4, 20 }, { 2, 3, 7, 7, 3, 7 }, { 2, 8, 16, 8, 8, 33 }, { 13, 4, 10, 6, 4, 6 },
        { 13, 2, 17, 24, 6, 12 }, { 70, 5, 3, 33, 5, 17 }, { 130, 2, 33, 16, 4, 64 },
        { 50, 2, 1, 1400, 2, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_block_shuffle_is_two_products_with_permutations_between(int rows, int count, int inputs, int middle, int secondCount, int outputs)
    {
        var secondInputs = count * middle / secondCount;
        using var first = new DiagonalProblem(_backend, rows, DiagonalBlock.Repeat(count, inputs, middle), _precision, gap: 2, seed: 3);
        using var second = new DiagonalProblem(_backend, rows, DiagonalBlock.Repeat(secondCount, secondInputs, outputs), _precision, seed: 4);
        using var y = new Operand(rows, secondCount * outputs, gap: 1);
        using var bias = new Operand(1, secondCount * outputs, random: new Random(6));
        using var multiplier = new Operand(rows, secondCount * outputs, gap: 3, random: new Random(5));
        first.Run(1, default);
        Permute(first.Y, second.X, n => (n % secondInputs * secondCount) + (n / secondInputs));
        Permute(bias, second.Bias, n => (n % outputs * secondCount) + (n / outputs));
        Permute(multiplier, second.Multiplier, n => (n % outputs * secondCount) + (n / outputs));
        foreach (var isFull in new[] { false, true })
        {
            second.Run(1, isFull ? second.Full : default);
            var epilogue = isFull ? second.Full with { Bias = bias.View, Multiplier = multiplier.View } : default;
            using var expected = new Operand(rows, secondCount * outputs);
            Permute(second.Y, expected, n => (n % secondCount * outputs) + (n / secondCount));
            foreach (var threads in new[] { 1, 2, 3 })
            {
                using var host = new Host(threads);
                _backend.BlockDiagonal.RunBlockShuffle(host.Execution, first.X.View, first.Packed, second.Packed, epilogue, y.View);
                Assert.Equal(expected.Values(), y.Values());
                Assert.True(y.GapsAreUntouched());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_block_dense_is_two_products(int rows, int count, int inputs, int middle, int secondCount, int outputs)
    {
        using var first = new DiagonalProblem(_backend, rows, DiagonalBlock.Repeat(count, inputs, middle), _precision, gap: 2, seed: 3);
        using var second = new DiagonalProblem(_backend, rows, [new(count * middle, secondCount * outputs)], _precision, gap: 1, seed: 4);
        first.Run(1, default);
        foreach (var epilogue in new[] { default, second.Full })
        {
            using var expected = new Operand(rows, second.Packed.OutputWidth);
            using var host = new Host();
            _backend.Dense.Run(host.Execution, first.Y.View, second.Packed.Block(0), epilogue, expected.View);
            foreach (var threads in new[] { 1, 2, 3 })
            {
                using var own = new Host(threads);
                _backend.BlockDiagonal.RunBlockDense(
                    own.Execution, first.X.View, first.Packed, second.Packed.Block(0), epilogue, second.Y.View);
                Assert.Equal(expected.Values(), second.Y.Values());
                Assert.True(second.Y.GapsAreUntouched());
            }
        }
    }

    [Fact]
    public void Ragged_blocks_may_come_first()
    {
        using var reference = Versions.Reference();
        float[] Run(Backend own)
        {
            using var first = new DiagonalProblem(own, 7, [new(5, 1), new(3, 20), new(9, 3)], _precision);
            using var second = new DiagonalProblem(own, 7, DiagonalBlock.Repeat(4, 6, 5), _precision);
            using var host = new Host(2);
            own.BlockDiagonal.RunBlockShuffle(host.Execution, first.X.View, first.Packed, second.Packed, default, second.Y.View);
            return second.Y.Values();
        }

        Limits.AssertBits(_backend, _precision, Run(reference), Run(_backend));
    }

    [Fact]
    public void A_row_does_not_depend_on_the_batch_or_the_threads()
    {
        const int rows = 131;
        using var first = new DiagonalProblem(_backend, rows, DiagonalBlock.Repeat(4, 17, 20), _precision);
        using var second = new DiagonalProblem(_backend, rows, DiagonalBlock.Repeat(4, 20, 24), _precision);
        using var dense = _backend.Dense.Pack(Operand.Sample(new Random(1), 80 * 30), 80, 30, _precision);
        using var y = new Operand(rows, 30);
        void RunPart(Host host, int start, int count)
        {
            var (family, x, epilogue) = (_backend.BlockDiagonal, first.X.View.Slice(start, count), new Epilogue { Bias = second.Bias.View });
            family.RunBlockShuffle(host.Execution, x, first.Packed, second.Packed, epilogue, second.Y.View.Slice(start, count));
            family.RunBlockDense(host.Execution, x, first.Packed, dense, default, y.View.Slice(start, count));
        }

        using var single = new Host();
        RunPart(single, 0, rows);
        var (shuffled, product) = (second.Y.Values(), y.Values());
        foreach (var threads in new[] { 1, 2, 3 })
        {
            using var host = new Host(threads);
            foreach (var part in new[] { 1, 2, 5, 60, rows })
            {
                for (var start = 0; start < rows; start += part)
                {
                    RunPart(host, start, Math.Min(part, rows - start));
                }

                Assert.Equal(shuffled, second.Y.Values());
                Assert.Equal(product, y.Values());
            }
        }
    }

    [Fact]
    public void The_multiplier_may_be_the_destination()
    {
        using var first = new DiagonalProblem(_backend, 60, DiagonalBlock.Repeat(4, 9, 8), _precision);
        using var second = new DiagonalProblem(_backend, 60, DiagonalBlock.Repeat(4, 8, 10), _precision);
        using var dense = _backend.Dense.Pack(Operand.Sample(new Random(1), 32 * 40), 32, 40, _precision);
        using var host = new Host();
        var (family, x, y) = (_backend.BlockDiagonal, first.X.View, second.Y);
        foreach (var isDense in new[] { false, true })
        {
            void Run(View multiplier)
            {
                var epilogue = new Epilogue { Activation = new Activation(ActivationKind.Silu), Multiplier = multiplier };
                if (isDense)
                {
                    family.RunBlockDense(host.Execution, x, first.Packed, dense, epilogue, y.View);
                }
                else
                {
                    family.RunBlockShuffle(host.Execution, x, first.Packed, second.Packed, epilogue, y.View);
                }
            }

            Run(second.Multiplier.View);
            var expected = y.Values();
            for (var t = 0; t < 60; t++)
            {
                second.Multiplier.Row(t).CopyTo(y.Row(t));
            }

            Run(y.View);
            Assert.Equal(expected, y.Values());
        }
    }

    [Fact]
    public void Not_a_number_stays_in_its_row()
    {
        using var first = new DiagonalProblem(_backend, 9, DiagonalBlock.Repeat(4, 5, 8), _precision);
        using var second = new DiagonalProblem(_backend, 9, DiagonalBlock.Repeat(4, 8, 6), _precision);
        first.X.Row(4)[2] = float.NaN;
        using var host = new Host(2);
        _backend.BlockDiagonal.RunBlockShuffle(host.Execution, first.X.View, first.Packed, second.Packed, default, second.Y.View);
        for (var t = 0; t < 9; t++)
        {
            Assert.All(second.Y.Row(t).ToArray(), value => Assert.Equal(t != 4, float.IsFinite(value)));
        }
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        Assert.SkipWhen(_backend is ReferenceBackend && _precision == Precision.Int4, "skipped: plain loops allocate");
        using var first = new DiagonalProblem(_backend, 21, DiagonalBlock.Repeat(4, 9, 8), _precision);
        using var second = new DiagonalProblem(_backend, 21, DiagonalBlock.Repeat(4, 8, 10), _precision);
        using var dense = _backend.Dense.Pack(new float[32 * 40], 32, 40, _precision);
        foreach (var threads in new[] { 1, 2 })
        {
            using var host = new Host(threads);
            var family = _backend.BlockDiagonal;
            Limits.AssertAllocations(
                _backend,
                () => family.RunBlockShuffle(host.Execution, first.X.View, first.Packed, second.Packed, second.Full, second.Y.View));
            Limits.AssertAllocations(
                _backend,
                () => family.RunBlockDense(host.Execution, first.X.View, first.Packed, dense, second.Full, second.Y.View));
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_before_anything_is_written()
    {
        using var first = new DiagonalProblem(_backend, 3, DiagonalBlock.Repeat(2, 5, 6), _precision);
        using var second = new DiagonalProblem(_backend, 3, DiagonalBlock.Repeat(2, 6, 4), _precision);
        using var ragged = new DiagonalProblem(_backend, 3, [new(7, 4), new(5, 4)], _precision);
        using var wide = new DiagonalProblem(_backend, 3, DiagonalBlock.Repeat(2, 7, 4), _precision);
        using var bias = new Operand(1, 7);
        using var host = new Host();
        var (family, x, y) = (_backend.BlockDiagonal, first.X.View, second.Y.View);
        void Shuffle(View x, PackedBlockDiagonal second, Epilogue epilogue, View y) =>
            family.RunBlockShuffle(host.Execution, x, first.Packed, second, epilogue, y);
        var wrong = Assert.Throws<ShapeMismatchException>(() => Shuffle(x, ragged.Packed, default, y));
        Assert.Equal(("[7, 4] like block 0", "[5, 4]"), (wrong.Expected, wrong.Actual));
        Assert.Throws<ShapeMismatchException>(() => Shuffle(x, wide.Packed, default, y));
        Assert.Throws<ShapeMismatchException>(() => Shuffle(y, second.Packed, default, y));
        Assert.Throws<ShapeMismatchException>(() => Shuffle(x, second.Packed, default, first.Y.View));
        Assert.Throws<ShapeMismatchException>(() => Shuffle(x, second.Packed, new Epilogue { Bias = bias.View }, y));
        Assert.Throws<ShapeMismatchException>(() => Shuffle(x, second.Packed, new Epilogue { Multiplier = first.Y.View }, y));
        using var dense = _backend.Dense.Pack(new float[13 * 8], 13, 8, _precision);
        Assert.Throws<ShapeMismatchException>(() => family.RunBlockDense(host.Execution, x, first.Packed, dense, default, y));
        using var fitting = _backend.Dense.Pack(new float[12 * 8], 12, 8, _precision);
        Assert.Throws<ShapeMismatchException>(
            () => family.RunBlockDense(host.Execution, x, first.Packed, fitting, new Epilogue { Bias = bias.View }, y));
        Assert.All(second.Y.Values(), value => Assert.Equal(0, value));
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }

    private static void Permute(Operand source, Operand destination, Func<int, int> from)
    {
        for (var t = 0; t < source.View.Rows; t++)
        {
            for (var n = 0; n < source.View.Columns; n++)
            {
                destination.Row(t)[n] = source.Row(t)[from(n)];
            }
        }
    }
}
