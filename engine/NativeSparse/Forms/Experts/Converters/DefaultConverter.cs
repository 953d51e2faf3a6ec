using NativeSparse.Kernels;
using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// The default recipe: co-activation clusters of the activations centred by their medians, a ridge router to each expert's centred
/// output, fixed top-k or a calibrated threshold, then the down projection fitted again under that routing. With every expert active the
/// dense network, without any fit.
/// </summary>
internal sealed class DefaultConverter : ISplitConverter
{
    /// <inheritdoc/>
    public string Name => "default";

    /// <inheritdoc/>
    public bool NeedsCalibration(ExpertsOptions options) => options.K is { } k ? k < options.Experts : options.Active < 1;

    /// <inheritdoc/>
    public ExpertsConversion Convert(ConversionContext context, ExpertsOptions options)
    {
        var shape = ExpertsShape.Resolve(context, options);
        var weights = context.Weights;
        if (shape.AllActive)
        {
            var slices = ExpertsSplit.Contiguous(weights.HiddenWidth, shape.Experts);
            var (mean, bias) = MeanRowRouter.Build(weights, slices);
            context.Progress?.Report(1);
            return new ExpertsConversion(slices.Cut(weights, shape, mean, bias), slices.Assignment);
        }

        var tokens = CalibrationTokens.Require(context, "the split and the router", options.Seed);
        using var products = new MatrixProducts(context.Backend, context.Splitter, context.Cancellation);
        var activations = SiteActivations.Of(weights, shape.Activation, tokens, products);
        context.Progress?.Report(0.1);
        var contributions = CentredActivations.Contributions(
            products, activations.Hidden, activations.Medians, weights.Down, CoActivationClusters.ProfileTokens);
        var split = CoActivationClusters.Find(products, contributions, weights.HiddenWidth, shape, options.Seed, context.Cancellation);
        context.Progress?.Report(0.5);
        var (parameters, note) = RouteAndFit(context, shape, options.Refit, split, activations, products);
        context.Progress?.Report(1);
        return new ExpertsConversion(parameters, split.Assignment, Notes: [note]) { FittedTokens = context.Sample!.Tokens };
    }

    /// <inheritdoc/>
    public ExpertsParameters FitSplit(
        ConversionContext context, ExpertsShape shape, ExpertsOptions options, ExpertsSplit split, SiteActivations activations, MatrixProducts products) =>
        RouteAndFit(context, shape, options.Refit, split, activations, products).Parameters;

    /// <inheritdoc/>
    public ExpertsParameters FitRouter(
        ConversionContext context, ExpertsOptions options, ExpertsSplit split, CalibratedRouter router, SiteActivations activations, MatrixProducts products) =>
        DownProjectionFit.Complete(context.Weights, split, router, activations, options.Refit, products).Parameters;

    /// <summary>The part of the recipe that follows the split.</summary>
    public static (ExpertsParameters Parameters, string Note) RouteAndFit(
        ConversionContext context, ExpertsShape shape, bool refit, ExpertsSplit split, SiteActivations activations, MatrixProducts products)
    {
        var norms = ContributionNorms.Of(products, activations.Hidden, activations.Medians, context.Weights.Down, split);
        var (router, bias) = RidgeRouter.Fit(products, activations.Inputs, context.Weights.InputWidth, norms, shape.Experts);
        var calibrated = CalibratedRouter.Calibrate(products, router, bias, activations.Inputs, shape);
        return DownProjectionFit.Complete(context.Weights, split, calibrated, activations, refit, products);
    }
}
