using NativeSparse.Forms.Experts;
using NativeSparse.Forms.Experts.Converters;
using NativeSparse.Kernels;
using NativeSparse.Onnx;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts.Converters;

public sealed class DynamicDinoTests
{
    private const string Paper = "dynamic-dino";

    public static TheoryData<string> Cases => GoldenCase.List(Paper);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Experts_of_the_reference_give_its_outputs_and_choices(string file)
    {
        var golden = GoldenCase.Open(Paper, file);
        var parameters = ReadExperts(golden);
        var x = golden.Floats("x");
        var (tokens, d) = (golden.Shape("x")[0], parameters.InputWidth);
        var indices = golden.Integers("topk_idx");
        var outputs = golden.Floats("expert_out");
        var y = golden.Floats("y");
        for (var t = 0; t < tokens; t++)
        {
            var row = x.AsSpan(t * d, d);
            var chosen = ExpertsReference.Chosen(parameters, ExpertsReference.Scores(parameters, row));
            Assert.Equal(indices.AsSpan(t * parameters.K, parameters.K).ToArray(), Enumerable.Range(0, chosen.Length).Where(e => chosen[e]));
            Closeness.Check(y.AsSpan(t * parameters.OutputWidth, parameters.OutputWidth), ExpertsReference.Run(parameters, row), $"{file} y");
            for (var e = 0; e < parameters.Experts; e++)
            {
                var output = ExpertsReference.Expert(parameters, e, row);
                for (var o = 0; o < output.Length; o++)
                {
                    output[o] += parameters.ExpertBias![(e * output.Length) + o];
                }

                Closeness.Check(outputs.AsSpan(((t * parameters.Experts) + e) * output.Length, output.Length), output, $"{file} expert {e}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Converting_the_dense_network_of_the_reference_starts_equal_to_it(string file)
    {
        var golden = GoldenCase.Open(Paper, file);
        var weights = ReadDense(golden);
        var options = new ExpertsOptions
        {
            Copies = golden.Settings.GetProperty("copies").GetInt32(),
            Granularity = golden.Settings.GetProperty("granularity").GetInt32(),
        };
        var parameters = new DynamicDinoConverter().Convert(RandomSite.Context(weights), options).Parameters;
        Assert.Equal(golden.Settings.GetProperty("experts").GetInt32(), parameters.Experts);
        Assert.Equal(golden.Settings.GetProperty("expert_width").GetInt32(), parameters.ExpertWidth);
        var x = golden.Floats("x");
        var dense = golden.Floats("y_dense");
        for (var t = 0; t < golden.Shape("x")[0]; t++)
        {
            var y = ExpertsReference.Run(parameters, x.AsSpan(t * weights.InputWidth, weights.InputWidth));
            Closeness.Check(dense.AsSpan(t * weights.OutputWidth, weights.OutputWidth), y, file);
        }

        if (golden.Settings.GetProperty("state").GetString()!.StartsWith("exact start", StringComparison.Ordinal))
        {
            var reference = ReadExperts(golden);
            Assert.Equal(reference.Up, parameters.Up);
            Assert.Equal(reference.UpBias, parameters.UpBias);
            Assert.Equal(reference.Down, parameters.Down);
        }
    }

    [Theory]
    [InlineData(1, 1, false, true)]
    [InlineData(3, 4, true, true)]
    [InlineData(5, 3, false, false)]
    [InlineData(2, 13, true, false)]
    public void Chosen_experts_are_the_slices_of_one_copy_and_the_output_is_dense(int copies, int slices, bool gated, bool biases)
    {
        var weights = RandomSite.Weights(9, 13, 6, gated, biases);
        var options = new ExpertsOptions { Copies = copies, Granularity = slices, Experts = 99 };
        var conversion = new DynamicDinoConverter().Convert(RandomSite.Context(weights), options);
        var parameters = conversion.Parameters;
        Assert.Equal(copies * slices, parameters.Experts);
        Assert.Equal(slices, parameters.K);
        Assert.Null(conversion.Assignment);
        var used = new HashSet<int>();
        var x = RandomSite.Inputs(40, 9);
        for (var t = 0; t < 40; t++)
        {
            var row = x.AsSpan(t * 9, 9);
            var chosen = ExpertsReference.Chosen(parameters, ExpertsReference.Scores(parameters, row));
            var copy = Array.IndexOf(chosen, true) / slices;
            Assert.All(Enumerable.Range(0, chosen.Length), e => Assert.Equal(e / slices == copy, chosen[e]));
            used.Add(copy);
            Closeness.Check([.. ExpertsReference.Dense(weights, row).Select(value => (float)value)], ExpertsReference.Run(parameters, row), "y");
        }

        Assert.Equal(copies, used.Count);
    }

    [Fact]
    public void The_seed_decides_the_router()
    {
        var context = RandomSite.Context(RandomSite.Weights(9, 13, 6));
        float[] Router(int seed) => new DynamicDinoConverter().Convert(context, new ExpertsOptions { Seed = seed }).Parameters.Router;
        Assert.Equal(Router(3), Router(3));
        Assert.NotEqual(Router(3), Router(4));
    }

    [Theory]
    [InlineData(0, 2, null)]
    [InlineData(2, 0, null)]
    [InlineData(2, 14, null)]
    [InlineData(2, 2, 1)]
    public void Options_that_do_not_fit_are_refused(int copies, int slices, int? k)
    {
        var options = new ExpertsOptions { Copies = copies, Granularity = slices, K = k };
        var refused = Assert.Throws<ConversionException>(
            () => new DynamicDinoConverter().Convert(RandomSite.Context(RandomSite.Weights(9, 13, 6)), options));
        Assert.Equal("/layer.0/ffn", refused.Site);
        Assert.Equal("experts", refused.Form);
    }

    private static FeedForwardWeights ReadDense(GoldenCase golden) => new()
    {
        Kind = FeedForwardKind.Plain,
        Activation = golden.Settings.GetProperty("act").GetString()!,
        InputWidth = golden.Shape("dense.linear1.weight")[1],
        HiddenWidth = golden.Shape("dense.linear1.weight")[0],
        OutputWidth = golden.Shape("dense.linear2.weight")[0],
        Up = golden.Linear("dense.linear1.weight"),
        UpBias = golden.Floats("dense.linear1.bias"),
        Down = golden.Linear("dense.linear2.weight"),
        DownBias = golden.Floats("dense.linear2.bias"),
    };

    private static ExpertsParameters ReadExperts(GoldenCase golden)
    {
        var experts = golden.Settings.GetProperty("experts").GetInt32();
        float[] Each(Func<int, float[]> read) => [.. Enumerable.Range(0, experts).SelectMany(read)];
        return new ExpertsParameters
        {
            Experts = experts,
            InputWidth = golden.Shape("x")[1],
            ExpertWidth = golden.Settings.GetProperty("expert_width").GetInt32(),
            OutputWidth = golden.Shape("y")[1],
            Activation = Activation.Parse(golden.Settings.GetProperty("act").GetString()!),
            Up = Each(e => golden.Linear($"experts.{e}.linear1.weight")),
            UpBias = Each(e => golden.Floats($"experts.{e}.linear1.bias")),
            Down = Each(e => golden.Linear($"experts.{e}.linear2.weight")),
            ExpertBias = Each(e => golden.Floats($"experts.{e}.linear2.bias")),
            Router = golden.Linear("router.weight"),
            Selection = RoutingSelection.TopK,
            K = golden.Settings.GetProperty("active").GetInt32(),
        };
    }
}
