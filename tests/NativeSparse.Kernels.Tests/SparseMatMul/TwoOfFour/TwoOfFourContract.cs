using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version promises of products with 2:4 weights.</summary>
public abstract class TwoOfFourContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Backend _reference = Versions.Reference();

    private protected TwoOfFourContract(Backend backend) => _backend = backend;

    /// <summary>Rows, inputs, outputs.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 0, 4, 5 }, { 1, 1, 1 }, { 1, 37, 70 }, { 2, 5, 33 }, { 3, 8, 32 }, { 7, 64, 32 }, { 13, 90, 31 }, { 33, 40, 100 }, { 131, 71, 66 }, { 300, 20, 36 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rows_are_the_specification_bit_for_bit(int rows, int inputs, int outputs)
    {
        var weights = TwoOfFourProblem.Weights(inputs, outputs);
        using var x = new Operand(rows, inputs, gap: 3, random: new Random(rows));
        using var bias = new Operand(1, outputs, random: new Random(5));
        using var multiplier = new Operand(rows, outputs, gap: 1, random: new Random(6));
        var epilogue = new Epilogue { Bias = bias.View, Multiplier = multiplier.View };
        var expected = Run(_reference, weights, x, epilogue, 1);
        foreach (var threads in new[] { 1, 2, 3 })
        {
            Limits.AssertBits(_backend, Precision.Float32, expected, Run(_backend, weights, x, epilogue, threads));
        }
    }

    [Fact]
    public void They_are_the_products_of_the_same_entries_as_single_weights()
    {
        var weights = TwoOfFourProblem.Weights(90, 70);
        using var packed = _backend.Sparse.Pack(weights.ToSparse());
        using var x = new Operand(21, 90, random: new Random(1));
        using var y = new Operand(21, 70);
        using var host = new Host();
        _backend.Sparse.Run(host.Execution, x.View, packed, default, y.View);
        Assert.Equal(y.Values(), Run(_backend, weights, x, default, 1));
    }

    [Fact]
    public void A_row_does_not_depend_on_the_others()
    {
        var weights = TwoOfFourProblem.Weights(61, 50);
        using var all = new Operand(150, 61, random: new Random(3));
        var together = Run(_backend, weights, all, default, 2);
        foreach (var row in new[] { 0, 1, 2, 3, 127, 128, 149 })
        {
            using var alone = new Operand(1, 61);
            all.Row(row).CopyTo(alone.Row(0));
            Assert.Equal(together[(row * 50)..((row + 1) * 50)], Run(_backend, weights, alone, default, 1));
        }
    }

    [Fact]
    public void Activations_follow_the_bias()
    {
        var limit = Math.Max(4e-6, _backend.RoundingLimit(Precision.Float32));
        var weights = TwoOfFourProblem.Weights(50, 70);
        using var x = new Operand(37, 50, random: new Random(1));
        using var bias = new Operand(1, 70, random: new Random(2));
        var epilogue = new Epilogue { Bias = bias.View, Activation = new Activation(ActivationKind.Gelu) };
        Assert.All(
            Run(_reference, weights, x, epilogue, 1).Zip(Run(_backend, weights, x, epilogue, 1)),
            pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, limit * Math.Max(1, Math.Abs(pair.First))));
    }

    [Fact]
    public void What_is_not_finite_stays_where_entries_carry_it()
    {
        var dense = new float[4 * 2];
        (dense[0], dense[2], dense[5], dense[7]) = (1, 1, 2, 2);
        using var x = new Operand(1, 4, fill: 1);
        x.Row(0)[1] = float.NaN;
        Assert.Equal([float.NaN, 4], Run(_backend, TwoOfFourWeights.FromDense(dense, 4, 2), x, default, 1));
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        Assert.SkipWhen(_backend is ReferenceBackend, "skipped: plain loops allocate");
        using var packed = _backend.Sparse.Pack(TwoOfFourProblem.Weights(42, 50));
        using var x = new Operand(70, 42, random: new Random(1));
        using var y = new Operand(70, 50);
        foreach (var threads in new[] { 1, 2 })
        {
            using var host = new Host(threads);
            Limits.AssertAllocations(_backend, () => _backend.Sparse.Run(host.Execution, x.View, packed, default, y.View));
        }
    }

    [Fact]
    public void Weights_come_back_and_what_does_not_fit_is_refused()
    {
        var weights = TwoOfFourProblem.Weights(33, 37);
        var packed = _backend.Sparse.Pack(weights);
        Assert.Equal(weights.ToDense(), packed.Unpack().ToDense());
        Assert.Equal((33, 37, Precision.Float32), (packed.InputWidth, packed.OutputWidth, packed.Precision));
        using var x = new Operand(3, 33);
        using var y = new Operand(3, 37);
        using var host = new Host();
        Assert.Throws<ShapeMismatchException>(() => _backend.Sparse.Run(host.Execution, y.View, packed, default, y.View));
        Assert.Throws<ShapeMismatchException>(() => _backend.Sparse.Run(host.Execution, x.View, packed, default, x.View));
        Assert.Throws<ArgumentNullException>(() => _backend.Sparse.Pack((TwoOfFourWeights)null!));
        using var other = (_backend is ReferenceBackend ? Versions.Vector128() : _reference).Sparse.Pack(weights);
        Assert.Throws<ArgumentException>(() => _backend.Sparse.Run(host.Execution, x.View, other, default, y.View));
        packed.Dispose();
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _backend.Sparse.Run(host.Execution, x.View, packed, default, y.View));
    }

    public void Dispose()
    {
        _backend.Dispose();
        _reference.Dispose();
        GC.SuppressFinalize(this);
    }

    private static float[] Run(Backend backend, TwoOfFourWeights weights, Operand x, Epilogue epilogue, int threads)
    {
        using var packed = backend.Sparse.Pack(weights);
        using var host = new Host(threads);
        using var y = new Operand(x.View.Rows, weights.OutputWidth, gap: 5);
        backend.Sparse.Run(host.Execution, x.View, packed, epilogue, y.View);
        Assert.True(y.GapsAreUntouched());
        return y.Values();
    }
}
