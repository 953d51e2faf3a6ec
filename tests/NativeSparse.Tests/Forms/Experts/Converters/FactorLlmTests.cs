using NativeSparse.Calibration;
using NativeSparse.Forms.Experts;
using NativeSparse.Forms.Experts.Converters;
using NativeSparse.Kernels;
using NativeSparse.Numerics;
using NativeSparse.Onnx;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts.Converters;

public sealed class FactorLlmTests
{
    private const string Paper = "factorllm";

    public static TheoryData<string> Cases => GoldenCase.List(Paper);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Experts_of_the_reference_give_its_choices_and_outputs(string file)
    {
        var golden = GoldenCase.Open(Paper, file);
        var dense = ReadDense(golden);
        var parameters = ReadExperts(golden, dense);
        var x = golden.Floats("x");
        var outputs = golden.Floats("expert_out");
        var logits = golden.Floats("router_logits");
        var chosen = golden.Integers("chosen");
        var (d, o, n) = (dense.InputWidth, dense.OutputWidth, parameters.Experts);
        for (var t = 0; t < golden.Shape("x")[0]; t++)
        {
            var row = x.AsSpan(t * d, d);
            var scores = ExpertsReference.Scores(parameters, row);
            Closeness.Check(logits.AsSpan(t * n, n), scores, "router");
            Assert.Equal(chosen.AsSpan(t * n, n).ToArray(), ExpertsReference.Chosen(parameters, scores).Select(on => on ? 1 : 0));
            for (var e = 0; e < n; e++)
            {
                var output = ExpertsReference.Expert(parameters, e, row).Select((value, i) => value + ((dense.DownBias?[i] ?? 0) / n)).ToArray();
                Closeness.Check(outputs.AsSpan(((t * n) + e) * o, o), output, $"expert {e}");
            }

            var once = ExpertsReference.Run(parameters, row);
            if (golden.Has("y_bias_once"))
            {
                Closeness.Check(golden.Floats("y_bias_once").AsSpan(t * o, o), once, "y_bias_once");
            }

            // y adds b2 / N for each chosen expert, times the rescale.
            var rest = ((double)parameters.Scale * parameters.K / n) - 1;
            var y = once.Select((value, i) => value + (rest * (dense.DownBias?[i] ?? 0))).ToArray();
            Closeness.Check(golden.Floats("y").AsSpan(t * o, o), y, "y");
            Closeness.Check(golden.Floats("y_dense").AsSpan(t * o, o), ExpertsReference.Dense(dense, row), "y_dense");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Labels_and_losses_are_those_of_the_reference(string file)
    {
        var golden = GoldenCase.Open(Paper, file);
        if (!golden.Has("label"))
        {
            return;
        }

        var (n, k) = (golden.Settings.GetProperty("N").GetInt32(), golden.Settings.GetProperty("k").GetInt32());
        var experts = golden.Floats("teacher_expert_out");
        var dense = golden.Floats("teacher_out");
        var scores = golden.Floats("teacher_router_logits");
        var (tokens, o) = (golden.Shape("teacher_out")[0], golden.Shape("teacher_out")[1]);
        var label = new bool[n];
        var losses = new double[n];
        var (route, balance) = (0.0, 0.0);
        for (var t = 0; t < tokens; t++)
        {
            var one = experts.AsSpan(t * n * o, n * o);
            var all = dense.AsSpan(t * o, o);
            PriorApproximateLabels.Losses(one, all, n / k, losses);
            Closeness.Check(golden.Floats("expert_loss").AsSpan(t * n, n), losses, "expert_loss");
            BestSubset.Find(one, all, k, label);
            Assert.Equal(golden.Integers("label_combo").AsSpan(t * n, n).ToArray(), label.Select(on => on ? 1 : 0));
            FactorLlmConverter.NearestAlone(one, all, k, label);
            Assert.Equal(golden.Integers("label").AsSpan(t * n, n).ToArray(), label.Select(on => on ? 1 : 0));
            route += PriorApproximateLabels.RouteLoss(scores.AsSpan(t * n, n), label) / tokens;
            balance += PriorApproximateLabels.BalanceLoss(scores.AsSpan(t * n, n), k) / tokens;
        }

        Closeness.Check(golden.Floats("route_loss"), [route], "route_loss");
        Closeness.Check(golden.Floats("balance_loss"), [balance], "balance_loss");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_converter_labels_slices_as_the_reference_does(string file)
    {
        var golden = GoldenCase.Open(Paper, file);
        if (!golden.Has("label") || golden.Settings.GetProperty("experts").GetString() != "contiguous slices of the dense FFN")
        {
            return;
        }

        var dense = ReadDense(golden);
        var context = RandomSite.Context(dense);
        var k = golden.Settings.GetProperty("k").GetInt32();
        var shape = ExpertsShape.Resolve(context, new ExpertsOptions { Experts = golden.Settings.GetProperty("N").GetInt32(), K = k });
        using var products = new MatrixProducts(context.Backend, context.Splitter, context.Cancellation);
        var split = ExpertsSplit.Contiguous(dense.HiddenWidth, shape.Experts);
        var labels = FactorLlmConverter.Labels(dense, shape, split, products, golden.Floats("t"), FactorLlmConverter.NearestAlone);
        Assert.Equal(golden.Integers("label"), labels.Select(on => on ? 1 : 0));
        var cut = split.Cut(dense, shape, new float[dense.InputWidth * shape.Experts], null);
        var reference = ReadExperts(golden, dense);
        Assert.Equal(reference.Up, cut.Up);
        Assert.Equal(reference.Gate, cut.Gate);
        Assert.Equal(reference.Down, cut.Down);
    }

    [Fact]
    public void Gradients_of_the_losses_are_their_slopes()
    {
        var scores = RandomSite.Inputs(1, 6, seed: 5);
        bool[] label = [true, false, false, true, false, true];
        var gradient = new double[6];
        PriorApproximateLabels.RouteLoss(scores, label, gradient);
        PriorApproximateLabels.BalanceLoss(scores, 3, 0.5, gradient);
        for (var e = 0; e < 6; e++)
        {
            double Loss(float step)
            {
                float[] moved = [.. scores];
                moved[e] += step;
                return PriorApproximateLabels.RouteLoss(moved, label) + (0.5 * PriorApproximateLabels.BalanceLoss(moved, 3));
            }

            Assert.Equal((Loss(1e-3f) - Loss(-1e-3f)) / 2e-3, gradient[e], 4);
        }
    }

    [Fact]
    public void The_router_learns_labels_and_the_scale_is_an_integer_division()
    {
        var weights = StructuredSite.Weights(24, 64, 16, clusters: 5);
        var sample = new SiteSample(StructuredSite.Inputs(3000, 24, 5, seed: 1), StructuredSite.Inputs(500, 24, 5, seed: 2), 24);
        var progress = new LastProgress();
        var options = new ExpertsOptions { Experts = 5, K = 2 };
        var conversion = new FactorLlmConverter().Convert(RandomSite.Context(weights, sample, progress), options);
        Assert.Equal(2, conversion.Parameters.Scale);
        Assert.InRange(conversion.LabelAgreement!.Value, 0.6, 1);
        Assert.Contains("best subset", Assert.Single(conversion.Notes!), StringComparison.Ordinal);
        Assert.Equal(1, progress.Value, 6);
        var again = new FactorLlmConverter().Convert(RandomSite.Context(weights, sample), options);
        Assert.Equal(conversion.Parameters.Router, again.Parameters.Router);
        var other = new FactorLlmConverter().Convert(RandomSite.Context(weights, sample), options with { Seed = 2 });
        Assert.NotEqual(conversion.Parameters.Router, other.Parameters.Router);
    }

    [Fact]
    public void A_threshold_is_refused()
    {
        var context = RandomSite.Context(RandomSite.Weights(7, 11, 5));
        Assert.Throws<ConversionException>(
            () => new FactorLlmConverter().Convert(context, new ExpertsOptions { Experts = 3, Select = "threshold" }));
    }

    private static FeedForwardWeights ReadDense(GoldenCase golden)
    {
        var gated = golden.Has("gate_proj.weight");
        return new FeedForwardWeights
        {
            Kind = gated ? FeedForwardKind.Gated : FeedForwardKind.Plain,
            Activation = gated ? "silu" : "gelu",
            InputWidth = golden.Shape("x")[1],
            HiddenWidth = golden.Shape(gated ? "gate_proj.weight" : "fc1.weight")[0],
            OutputWidth = golden.Shape("y")[1],
            Up = golden.Linear(gated ? "up_proj.weight" : "fc1.weight"),
            UpBias = golden.FloatsOrNull("fc1.bias"),
            Gate = gated ? golden.Linear("gate_proj.weight") : null,
            Down = golden.Linear(gated ? "down_proj.weight" : "fc2.weight"),
            DownBias = golden.FloatsOrNull("fc2.bias"),
        };
    }

    private static ExpertsParameters ReadExperts(GoldenCase golden, FeedForwardWeights dense)
    {
        var experts = golden.Settings.GetProperty("N").GetInt32();
        var k = golden.Settings.GetProperty("k").GetInt32();
        var context = RandomSite.Context(dense);
        var shape = ExpertsShape.Resolve(context, new ExpertsOptions { Experts = experts, K = k });
        var cut = ExpertsSplit.Contiguous(dense.HiddenWidth, experts)
            .Cut(dense, shape, golden.Linear("router.weight"), golden.Floats("router.bias")) with
        { Scale = golden.Has("label") ? golden.Settings.GetProperty("rescale").GetInt32() : experts / k };
        if (!golden.Has("experts.0.up_proj.weight"))
        {
            return cut;
        }

        float[] Each(string part) => [.. Enumerable.Range(0, experts).SelectMany(e => golden.Linear($"experts.{e}.{part}_proj.weight"))];
        return cut with { Up = Each("up"), Gate = Each("gate"), Down = Each("down") };
    }
}
