using System.Globalization;
using NativeSparse.Conversion;
using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>Judges a conversion on tokens that no fit saw, beside what an oracle and chance reach with the same budget.</summary>
internal static class ExpertsEvaluation
{
    /// <summary>The report of a site. Without held-out tokens only shares that need no data are filled in.</summary>
    /// <param name="context">The site.</param>
    /// <param name="options">The plan's options.</param>
    /// <param name="converter">What made the conversion.</param>
    /// <param name="conversion">The conversion.</param>
    /// <param name="effort">How much work goes into the random rows.</param>
    public static SiteReport Evaluate(
        ConversionContext context, ExpertsOptions options, IExpertsConverter converter, ExpertsConversion conversion, EvaluationEffort effort)
    {
        var (weights, parameters) = (context.Weights, conversion.Parameters);
        var share = ExpertsCost.ExpectedShare(parameters, weights);
        var report = new SiteReport
        {
            Name = context.Site,
            Form = ExpertsShape.Form,
            Precision = "float32",
            Converter = converter.Name,
            ActiveShare = share,
            CostShare = ExpertsCost.CostShare(parameters, weights, share),
            LabelAgreement = conversion.LabelAgreement,
            Notes = conversion.Notes ?? [],
        };
        if (context.Sample is not { HeldOutTokens: > 0 } sample)
        {
            return report;
        }

        using var products = new MatrixProducts(context.Backend, context.Splitter, context.Cancellation);
        using var network = new DenseNetwork(weights, parameters.Activation, products);
        var hidden = network.Hidden(sample.HeldOut);
        var dense = network.Output(hidden);
        var (outputs, active) = ExpertsOutputs.Run(parameters, sample.HeldOut, products);
        share = ExpertsCost.ActiveShare(parameters, weights, active);
        report = report with
        {
            Error = RelativeError.Of(dense, outputs),
            ActiveShare = share,
            CostShare = ExpertsCost.CostShare(parameters, weights, share),
        };
        // Chance is fitted as the method is, on inputs that are not the judging ones.
        if (conversion.Assignment is null || converter is not ISplitConverter method || sample.Tokens <= 1
            || ExpertsShape.Resolve(context, options) is { AllActive: true })
        {
            return report;
        }

        var shape = ExpertsShape.Resolve(context, options);
        var split = new ExpertsSplit(conversion.Assignment, shape.Experts);
        var tokens = CalibrationTokens.Require(context, "the comparison with chance", options.Seed);
        var activations = SiteActivations.Of(weights, shape.Activation, tokens.Take(effort.Seeds > 0 ? effort.Tokens : 4096), products);
        report = report with
        {
            CentredOracleError = CentredOracle.Error(weights, shape, split, activations.Medians, hidden, dense, products),
        };
        if (effort.Seeds == 0)
        {
            return report;
        }

        double Error(ExpertsParameters candidate) => RelativeError.Of(dense, ExpertsOutputs.Run(candidate, sample.HeldOut, products).Outputs);
        var splits = new List<double>();
        var routers = new List<double>();
        for (var seed = 1; seed <= effort.Seeds; seed++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var other = ExpertsSplit.Random(weights.HiddenWidth, shape.Experts, options.Seed + (1000 * seed));
            splits.Add(Error(method.FitSplit(context, shape, options, other, activations, products)));
            var router = RandomRouter.Create(products, activations.Inputs, weights.InputWidth, shape, options.Seed + (1000 * seed));
            routers.Add(Error(method.FitRouter(context, options, split, router, activations, products)));
        }

        List<string> notes = [.. report.Notes];
        if (tokens.FitCount > effort.Tokens)
        {
            var same = Error(method.FitSplit(context, shape, options, split, activations, products));
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"random rows are fitted on {effort.Tokens} of {tokens.FitCount} tokens, the chosen split on those gives {same:0.0000}"));
        }

        report = report with { RandomSplitError = Spread.Of(splits), RandomRouterError = Spread.Of(routers) };
        notes.AddRange(Remarks(report));
        return report with { Notes = notes };
    }

    /// <summary>Says where a method does not beat chance by more than chance itself varies.</summary>
    private static IEnumerable<string> Remarks(SiteReport report)
    {
        foreach (var (what, chance) in new[] { ("random splits", report.RandomSplitError), ("a random router on the same split", report.RandomRouterError) })
        {
            if (report.Error is { } error && chance is not null && error > chance.Mean - chance.Sd)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"no better than {what}: error {error:0.000} against {chance.Mean:0.000} +- {chance.Sd:0.000}; try another method, more calibration data or a larger active share");
            }
        }
    }
}
