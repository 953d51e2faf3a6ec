using System.Globalization;
using NativeSparse.Kernels;
using NativeSparse.Numerics;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// FactorLLM (arXiv 2408.11855): N slices as they lie, the k of the highest router scores run, unweighted,
/// <c>y = b2 + (N // k) * sum of the chosen E_e(x)</c> with an integer division; the router is a linear with bias fitted to
/// Prior-Approximate labels on the dense network's true inputs. With k = N the dense network, without any fit.
/// </summary>
internal sealed class FactorLlmConverter : ISplitConverter
{
    private const int ChunkTokens = 256;

    /// <summary>A rule that labels one token: from E_e <c>[N, O]</c> and the dense output <c>[O]</c> to membership <c>[N]</c>.</summary>
    internal delegate void Label(ReadOnlySpan<float> experts, ReadOnlySpan<float> dense, int k, Span<bool> label);

    /// <inheritdoc/>
    public string Name => "factorllm";

    /// <inheritdoc/>
    public bool NeedsCalibration(ExpertsOptions options) => options.K is { } k ? k < options.Experts : options.Active < 1;

    /// <inheritdoc/>
    public ExpertsConversion Convert(ConversionContext context, ExpertsOptions options)
    {
        var shape = ExpertsShape.Resolve(context, options);
        if (shape.Selection != RoutingSelection.TopK)
        {
            throw ExpertsShape.Refuse(context, "this method runs a fixed number of experts; use selection 'topk'");
        }

        var split = ExpertsSplit.Contiguous(context.Weights.HiddenWidth, shape.Experts);
        if (shape.AllActive)
        {
            var (mean, bias) = MeanRowRouter.Build(context.Weights, split);
            context.Progress?.Report(1);
            return new ExpertsConversion(split.Cut(context.Weights, shape, mean, bias), split.Assignment);
        }

        var tokens = CalibrationTokens.Require(context, "the router", options.Seed);
        using var products = new MatrixProducts(context.Backend, context.Splitter, context.Cancellation);
        var parameters = Fit(context.Weights, shape, options, split, tokens.Fit, products, context.Progress);
        context.Progress?.Report(1);
        if (context.Sample!.HeldOutTokens == 0)
        {
            return new ExpertsConversion(parameters, split.Assignment) { FittedTokens = context.Sample.Tokens };
        }

        var active = Route(parameters, context.Sample.HeldOut, products);
        double Agreement(Label rule) => Overlap(active, Labels(context.Weights, shape, split, products, context.Sample.HeldOut, rule));
        string[] notes = BestSubset.IsFeasible(shape.Experts)
            ? [string.Create(CultureInfo.InvariantCulture, $"agreement with the best subset of {shape.K} experts: {Agreement(BestTogether):0.000}")]
            : [];
        return new ExpertsConversion(parameters, split.Assignment, Agreement(NearestAlone), notes) { FittedTokens = context.Sample.Tokens };
    }

    /// <inheritdoc/>
    public ExpertsParameters FitSplit(
        ConversionContext context, ExpertsShape shape, ExpertsOptions options, ExpertsSplit split, SiteActivations activations, MatrixProducts products) =>
        Fit(context.Weights, shape, options, split, activations.Inputs, products, progress: null);

    /// <inheritdoc/>
    public ExpertsParameters FitRouter(
        ConversionContext context, ExpertsOptions options, ExpertsSplit split, CalibratedRouter router, SiteActivations activations, MatrixProducts products) =>
        split.Cut(context.Weights, router.Shape, router.Weights, router.Bias) with { Scale = router.Shape.Experts / router.Shape.K };

    /// <summary>A rule's labels <c>[T, N]</c> of inputs <c>[T, D]</c>.</summary>
    public static bool[] Labels(
        FeedForwardWeights weights, ExpertsShape shape, ExpertsSplit split, MatrixProducts products, float[] x, Label rule)
    {
        var (d, outputs, experts) = (weights.InputWidth, weights.OutputWidth, shape.Experts);
        var labels = new bool[x.Length / d * experts];
        using var network = new DenseNetwork(weights, shape.Activation, products);
        using var outputsOf = new SliceOutputs(weights, split, products);
        for (var first = 0; first < x.Length / d; first += ChunkTokens)
        {
            var count = Math.Min(ChunkTokens, (x.Length / d) - first);
            var hidden = network.Hidden(x[(first * d)..((first + count) * d)]);
            var dense = network.Output(hidden);
            var slices = outputsOf.Run(hidden, count);
            var start = first;
            products.Splitter.ForRanges(count, 16, (from, to) =>
            {
                for (var t = from; t < to; t++)
                {
                    var label = labels.AsSpan((start + t) * experts, experts);
                    rule(slices.AsSpan(t * experts * outputs, experts * outputs), dense.AsSpan(t * outputs, outputs), shape.K, label);
                }
            });
        }

        return labels;
    }

    /// <summary>The Prior-Approximate label of one token: the k experts that come closest one by one.</summary>
    public static void NearestAlone(ReadOnlySpan<float> experts, ReadOnlySpan<float> dense, int k, Span<bool> label)
    {
        Span<double> losses = label.Length <= 256 ? stackalloc double[label.Length] : new double[label.Length];
        PriorApproximateLabels.Losses(experts, dense, label.Length / k, losses);
        PriorApproximateLabels.Nearest(losses, k, label);
    }

    private static ExpertsParameters Fit(
        FeedForwardWeights weights, ExpertsShape shape, ExpertsOptions options, ExpertsSplit split, float[] x, MatrixProducts products, IProgress<double>? progress)
    {
        var labels = Labels(weights, shape, split, products, x, NearestAlone);
        progress?.Report(0.4);
        var rest = progress is null ? null : new ProgressRange(progress, 0.4, 0.95);
        var router = PriorApproximateRouter.Fit(products, x, labels, shape.Experts, shape.K, options.Seed, rest);
        return split.Cut(weights, shape, router.Router, router.Bias) with { Scale = shape.Experts / shape.K };
    }

    private static void BestTogether(ReadOnlySpan<float> experts, ReadOnlySpan<float> dense, int k, Span<bool> label) =>
        BestSubset.Find(experts, dense, k, label);

    private static bool[] Route(ExpertsParameters parameters, float[] x, MatrixProducts products)
    {
        var scores = products.Multiply(
            x, x.Length / parameters.InputWidth, parameters.Router, parameters.InputWidth, parameters.Experts, parameters.RouterBias);
        return ActiveExperts.Choose(products, scores, parameters.Experts, parameters.Selection, parameters.K, parameters.Threshold);
    }

    private static double Overlap(bool[] active, bool[] labels)
    {
        var (both, all) = (0L, 0L);
        for (var i = 0; i < active.Length; i++)
        {
            all += active[i] ? 1 : 0;
            both += active[i] && labels[i] ? 1 : 0;
        }

        return (double)both / all;
    }
}
