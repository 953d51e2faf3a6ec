using NativeSparse.Kernels;
using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// E slices of the hidden axis as they lie, <c>y = b2 + sum over active e of E_e(x)</c>: with every expert active the dense network.
/// Without calibration inputs a score is the mean pre-activation of the expert's neurons; with them the router is a ridge fit to the
/// norm of the expert's centred output.
/// </summary>
internal sealed class ContiguousConverter : ISplitConverter
{
    /// <inheritdoc/>
    public string Name => "contiguous";

    /// <inheritdoc/>
    /// <remarks>Only a threshold has to be calibrated.</remarks>
    public bool NeedsCalibration(ExpertsOptions options) =>
        options.Select == "threshold" && (options.K is { } k ? k < options.Experts : options.Active < 1);

    /// <inheritdoc/>
    public ExpertsConversion Convert(ConversionContext context, ExpertsOptions options)
    {
        var shape = ExpertsShape.Resolve(context, options);
        var split = ExpertsSplit.Contiguous(context.Weights.HiddenWidth, shape.Experts);
        if (context.Sample is not { Tokens: > 1 } sample || shape.AllActive)
        {
            if (shape.Selection == RoutingSelection.Threshold)
            {
                throw ExpertsShape.Refuse(
                    context, "a threshold is calibrated on inputs of the site; pass calibration inputs (--calibrate, SparseOptions.Calibration)");
            }

            var (mean, bias) = MeanRowRouter.Build(context.Weights, split);
            context.Progress?.Report(1);
            return new ExpertsConversion(split.Cut(context.Weights, shape, mean, bias), split.Assignment);
        }

        var tokens = CalibrationTokens.Require(context, "the router", options.Seed);
        using var products = new MatrixProducts(context.Backend, context.Splitter, context.Cancellation);
        var activations = SiteActivations.Of(context.Weights, shape.Activation, tokens, products);
        var parameters = FitSplit(context, shape, options, split, activations, products);
        context.Progress?.Report(1);
        return new ExpertsConversion(parameters, split.Assignment) { FittedTokens = sample.Tokens };
    }

    /// <inheritdoc/>
    public ExpertsParameters FitSplit(
        ConversionContext context, ExpertsShape shape, ExpertsOptions options, ExpertsSplit split, SiteActivations activations, MatrixProducts products) =>
        DefaultConverter.RouteAndFit(context, shape, refit: false, split, activations, products).Parameters;

    /// <inheritdoc/>
    public ExpertsParameters FitRouter(
        ConversionContext context, ExpertsOptions options, ExpertsSplit split, CalibratedRouter router, SiteActivations activations, MatrixProducts products) =>
        split.Cut(context.Weights, router.Shape, router.Weights, router.Bias, router.Threshold);
}
