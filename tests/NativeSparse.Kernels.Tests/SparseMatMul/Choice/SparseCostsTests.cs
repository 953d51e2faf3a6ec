using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class SparseCostsTests
{
    private const int Inputs = 64;
    private const int Outputs = 96;

    [Theory]
    [InlineData(1, 0.1, "1x1")]
    [InlineData(4, 0.1, "4x1")]
    [InlineData(32, 0.1, "32x1")]
    [InlineData(1, 0.95, "dense")]
    public void The_pick_follows_the_pattern(int height, double density, string expected)
    {
        // Taller blocks cost less a value, dense values least.
        var costs = Costs(layout => layout.IsDense ? 1 : 1.3 + (1.0 / layout.BlockHeight));

        Assert.Equal(expected, costs.Pick<float>(SparseProblem.Weights(Inputs, Outputs, height, density).ToDense(), Inputs, Outputs, [32]).ToString());
    }

    [Fact]
    public void The_worst_number_of_tokens_decides()
    {
        var weights = SparseProblem.Weights(Inputs, Outputs, 1, 0.25).ToDense();
        var costs = new SparseCosts(
            "cpu:vector128", Precision.Float32, [.. Costs(layout => layout.IsDense ? 1 : 2).Costs, .. Costs(layout => layout.IsDense ? 1 : 40, tokens: 1).Costs]);

        Assert.Equal("1x1", costs.Pick<float>(weights, Inputs, Outputs, [32, 128]).ToString());
        Assert.Equal("dense", costs.Pick<float>(weights, Inputs, Outputs, [1, 128]).ToString());
        Assert.Throws<ArgumentException>(() => costs.Pick<float>(weights, Inputs, Outputs, []));
        Assert.Throws<ShapeMismatchException>(() => costs.Pick<float>(weights, Inputs, Outputs + 1, [1]));
    }

    [Fact]
    public void Costs_are_kept_as_json_without_loss()
    {
        var costs = Costs(layout => 1.0 / (3 + layout.BlockHeight));
        var read = SparseCosts.Parse(costs.ToJson());

        Assert.Equal((costs.Backend, costs.Precision), (read.Backend, read.Precision));
        Assert.Equal(costs.Tokens, read.Tokens);
        foreach (var layout in SparseLayout.All(Precision.Float32))
        {
            Assert.Equal(costs.Estimate(layout, 100, 200, 3000, 64), read.Estimate(layout, 100, 200, 3000, 64));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{ "version": 2 }""")]
    [InlineData("""{ "version": 1, "backend": "cpu", "precision": "Float32", "costs": [] }""")]
    [InlineData("""{ "version": 1, "backend": "cpu", "precision": "Int4", "costs": [] }""")]
    [InlineData("""{ "version": 1, "backend": "cpu", "precision": "Float32", "costs": [ { "layout": "3x1" } ] }""")]
    [InlineData("""{ "version": 1, "backend": "cpu", "precision": "Float32", "costs": [ { "layout": "dense", "tokens": 1, "nanosecondsPerInput": -1, "nanosecondsPerOutput": 0, "nanosecondsPerValue": [1, 1, 1, 1, 1] } ] }""")]
    public void What_is_no_cost_model_is_refused(string json) => Assert.Throws<FormatException>(() => SparseCosts.Parse(json));

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.Int8)]
    public void A_machine_is_measured_once_and_a_load_is_replayed_bit_for_bit(Precision precision)
    {
        using var backend = BackendCatalog.Open("cpu");
        var costs = SparseCosts.Measure(backend, precision, tokens: [1, 4], rounds: 1, TestContext.Current.CancellationToken);
        var weights = SparseProblem.Weights(Inputs, Outputs, 32, 0.2).ToDense();
        using var picked = PrunedMatrix.Pack(backend, weights, Inputs, Outputs, costs, [1, 32]);
        using var again = PrunedMatrix.Pack(backend, weights, Inputs, Outputs, SparseCosts.Parse(costs.ToJson()), [1, 32]);
        using var replayed = PrunedMatrix.Pack(backend, weights, Inputs, Outputs, precision, SparseLayout.Parse(picked.Layout.ToString()));

        Assert.Equal((picked.Layout, picked.Layout), (again.Layout, replayed.Layout));
        Assert.Equal(Product(picked), Product(replayed));
        Assert.All(costs.Costs, cost => Assert.True(cost.Estimate(768, 768, cost.Layout.IsDense ? 768 * 768 : 768 * 768 / 5) > 0, cost.ToString()));
    }

    [Fact]
    public void Every_layout_is_the_same_matrix()
    {
        using var backend = BackendCatalog.Open("cpu");
        var weights = SparseProblem.Weights(Inputs, Outputs, 2, 0.3).ToDense();
        using var dense = PrunedMatrix.Pack(backend, weights, Inputs, Outputs, Precision.Float32, SparseLayout.Dense);
        var expected = Product(dense);
        foreach (var layout in SparseLayout.All(Precision.Float32))
        {
            using var matrix = PrunedMatrix.Pack(backend, weights, Inputs, Outputs, Precision.Float32, layout);
            var actual = Product(matrix);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
            Assert.Equal((Inputs, Outputs), (matrix.InputWidth, matrix.OutputWidth));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var backend = BackendCatalog.Open("cpu:vector128");
        using var other = BackendCatalog.Open("reference");
        var weights = new float[Inputs * Outputs];

        Assert.Contains("cpu:vector128", Assert.Throws<ArgumentException>(() => PrunedMatrix.Pack(other, weights, Inputs, Outputs, Costs(_ => 1), [1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => PrunedMatrix.Pack(backend, weights, Inputs, Outputs, Precision.Float32, new SparseLayout(32, 4)));
        Assert.Throws<NotSupportedException>(() => PrunedMatrix.Pack(backend, weights, Inputs, Outputs, Precision.Int4, SparseLayout.Dense));
        Assert.Throws<ShapeMismatchException>(() => PrunedMatrix.Pack(backend, weights, Inputs, Outputs + 1, Precision.Float32, SparseLayout.Dense));
        Assert.Throws<FormatException>(() => SparseLayout.Parse("5x1"));
        Assert.Throws<ArgumentException>(() => new SparseCosts("cpu", Precision.Float32, Costs(_ => 1).Costs.Skip(1)));
    }

    [Fact]
    public void Stored_values_are_those_of_the_packed_weights()
    {
        var weights = SparseProblem.Weights(Inputs, 70, 4, 0.2).ToDense();
        foreach (var layout in SparseLayout.All(Precision.Float32).Where(layout => !layout.IsDense))
        {
            Assert.Equal(
                SparseWeights.FromDense(weights, Inputs, 70, layout.BlockHeight).Values.Length, layout.CountStored<float>(weights, Inputs, 70));
        }

        var rounded = QuantizedWeights.Round(weights, Inputs, 70);
        Assert.Equal(QuantizedSparseWeights.FromDense(rounded, 16).Values.Length, new SparseLayout(16, 4).CountStored(rounded.Values.Span, Inputs, 70));
    }

    [Fact]
    public void Costs_are_found_in_the_times_they_made()
    {
        double[] truth = [0.5, 0.8, 0.03, 0.03, 0.028, 0.027, 0.027];
        double[][] shapes =
        [
            .. SparseCost.Densities.Select((_, i) => Terms(768, 768, i)), Terms(384, 1536, 1), Terms(1536, 384, 1), Terms(384, 1536, 3), Terms(1536, 384, 3),
        ];
        var fit = SparseCostFit.Fit([.. shapes.Select(row => Array.ConvertAll(row, term => term / row.Zip(truth, (a, b) => a * b).Sum()))]);

        Assert.All(truth.Zip(fit), pair => Assert.InRange(pair.Second / pair.First, 0.9, 1.1));
    }

    private static double[] Terms(int inputs, int outputs, int density)
    {
        var row = new double[2 + SparseCost.Densities.Count];
        (row[0], row[1], row[2 + density]) = (inputs, outputs, inputs * outputs * SparseCost.Densities[density]);
        return row;
    }

    private static SparseCosts Costs(Func<SparseLayout, double> perValue, int tokens = 32) => new(
        "cpu:vector128",
        Precision.Float32,
        [.. SparseLayout.All(Precision.Float32).Select(layout => new SparseCost(layout, tokens, 0, 0, [.. SparseCost.Densities.Select(_ => perValue(layout))]))]);

    private static float[] Product(PrunedMatrix matrix)
    {
        using var x = new Operand(5, Inputs, random: new Random(3));
        using var y = new Operand(5, Outputs);
        using var scratch = new Scratch();
        matrix.Run(new Execution(SerialSplitter.Instance, scratch), x.View, default, y.View);
        return y.Values();
    }
}
