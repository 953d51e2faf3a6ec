using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of products with sparse activations promises of its results at every precision.</summary>
public abstract class RowSparseContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Backend _reference = Versions.Reference();
    private readonly Precision _precision;

    private protected RowSparseContract(Backend backend, Precision precision) => (_backend, _precision) = (backend, precision);

    /// <summary>Rows, inputs, outputs.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 0, 4, 5 }, { 1, 1, 1 }, { 1, 37, 70 }, { 1, 61, 2100 }, { 1, 300, 4200 }, { 2, 5, 33 }, { 3, 8, 64 }, { 7, 64, 32 }, { 7, 65, 31 },
        { 13, 90, 129 }, { 16, 517, 130 }, { 9, 3000, 70 }, { 65, 33, 47 }, { 131, 70, 66 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_version_gives_the_bits_of_the_reference(int rows, int inputs, int outputs)
    {
        using var expected = new RowSparseProblem(_reference, rows, inputs, outputs, _precision, seed: rows);
        using var actual = new RowSparseProblem(_backend, rows, inputs, outputs, _precision, gap: 3, seed: rows);
        foreach (var isFull in new[] { false, true })
        {
            var values = expected.Run(1, isFull ? expected.Full : default);
            foreach (var threads in new[] { 1, 2, 3 })
            {
                Limits.AssertBits(_backend, _precision, values, actual.Run(threads, isFull ? actual.Full : default));
                Limits.AssertBits(_backend, _precision, values, actual.RunSets(threads, actual.Sets(), isFull ? actual.Full : default));
            }
        }

        Assert.True(actual.Y.GapsAreUntouched() && actual.Hidden.GapsAreUntouched() && actual.Multiplier.GapsAreUntouched());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_answer_is_the_dense_one_for_the_row_with_its_zeros(int rows, int inputs, int outputs)
    {
        using var problem = new RowSparseProblem(_backend, rows, inputs, outputs, _precision, seed: 3);
        using var dense = _backend.Dense.Pack(problem.Weights, inputs, outputs, _precision);
        using var host = new Host();
        using var y = new Operand(rows, outputs);
        _backend.Dense.Run(host.Execution, problem.Hidden.View, dense, problem.Full, y.View);
        Limits.AssertBits(_backend, _precision, y.Values(), problem.Run(2, problem.Full));
    }

    [Theory]
    [InlineData(ActivationKind.Relu)]
    [InlineData(ActivationKind.Silu)]
    [InlineData(ActivationKind.Gelu)]
    public void Bias_activation_and_multiplier_follow(ActivationKind kind)
    {
        using var problem = new RowSparseProblem(_backend, 9, 50, 70, _precision);
        var sums = problem.Run(1, new Epilogue { Bias = problem.Bias.View });
        var values = problem.Run(1, problem.Full with { Activation = new Activation(kind) });
        for (var i = 0; i < sums.Length; i++)
        {
            var exact = ReferenceActivation.Exact(new Activation(kind), sums[i]) * problem.Multiplier.Row(i / 70)[i % 70];
            Assert.InRange(Math.Abs(values[i] - exact), 0, Tolerance.OfActivation(exact));
        }
    }

    [Fact]
    public void Every_output_is_the_sum_over_the_active_neurons()
    {
        using var problem = new RowSparseProblem(_backend, 8, 90, 37, _precision);
        var actual = problem.Run(1, default);
        var weights = new float[90 * 37];
        problem.Packed.Unpack(weights);
        for (var i = 0; i < actual.Length; i++)
        {
            var row = problem.Hidden.Row(i / 37);
            var (sum, magnitudes, range) = (0.0, 0.0, 0f);
            for (var j = 0; j < 90; j++)
            {
                var weight = weights[(j * 37) + (i % 37)];
                sum += (double)row[j] * weight;
                magnitudes += Math.Abs((double)row[j] * weight) + (row[j] != 0 && _precision == Precision.Int8 ? Math.Abs(weight) : 0);
                range = Math.Max(range, Math.Abs(row[j]));
            }

            var limit = _precision == Precision.Int8 ? (0.51 * range * 2 / 255 * magnitudes) + 1e-4 : Tolerance.OfSum(90, magnitudes);
            Assert.InRange(Math.Abs(actual[i] - sum), 0, limit);
        }
    }

    [Fact]
    public void A_row_does_not_depend_on_the_batch_or_the_threads()
    {
        const int rows = 150;
        using var problem = new RowSparseProblem(_backend, rows, 400, 90, _precision);
        var expected = problem.Run(1, problem.Full);
        foreach (var threads in new[] { 1, 2, 3 })
        {
            using var host = new Host(threads);
            foreach (var part in new[] { 1, 2, 7, 64, 65 })
            {
                for (var first = 0; first < rows; first += part)
                {
                    var count = Math.Min(part, rows - first);
                    var epilogue = problem.Full with { Multiplier = problem.Multiplier.View.Slice(first, count) };
                    _backend.RowSparse.Run(
                        host.Execution, problem.Hidden.View.Slice(first, count), problem.Packed, epilogue, problem.Y.View.Slice(first, count));
                }

                Assert.Equal(expected, problem.Y.Values());
            }
        }
    }

    public void Dispose()
    {
        _backend.Dispose();
        _reference.Dispose();
        GC.SuppressFinalize(this);
    }
}
