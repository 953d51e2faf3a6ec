using System.Globalization;
using System.Text.Json.Nodes;
using NativeSparse.Conversion;
using NativeSparse.Forms.Experts.Converters;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts;

/// <summary>The experts form: a router chooses a few narrow networks for each token.</summary>
internal sealed class ExpertsDescriptor : FormDescriptor
{
    /// <inheritdoc/>
    public override string Name => "experts";

    /// <inheritdoc/>
    public override string OpType => ExpertsNode.OpType;

    /// <inheritdoc/>
    public override string Summary => "a router chooses a few narrow networks (experts) for each token";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Converters { get; } = [.. ExpertsConverters.All.Select(converter => converter.Name)];

    /// <inheritdoc/>
    public override IReadOnlyList<FormOption> Options { get; } =
    [
        new("experts", "64", "number of experts E") { Converters = Cutting },
        new("active", "0.5", "share of the experts that run for a token, 0..1; 1 is loss-less") { Converters = Cutting },
        new("k", "round(active x experts)", "experts per token; overrides active"),
        new("select", "topk", "topk: a fixed number; threshold: a calibrated threshold, a dynamic number") { Converters = Cutting },
        new("copies", "4", "copies of the whole network") { Converters = Copying },
        new("granularity", "2", "slices of each copy, and experts per token") { Converters = Copying },
        new("refit", "true", "fit the down projection again under the actual routing") { Converters = [ExpertsConverters.All[0].Name] },
        new("seed", "1", "seed of every random choice"),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Precision> Precisions => [Precision.Float32, Precision.BFloat16, Precision.Int8, Precision.Int4];

    /// <inheritdoc/>
    public override bool NeedsCalibration(string? converter, JsonObject? options) =>
        ExpertsConverters.Find(converter, null).NeedsCalibration(Parse(options));

    /// <inheritdoc/>
    public override FormConversion Convert(ConversionContext context, string? converter, JsonObject? options)
    {
        var method = ExpertsConverters.Find(converter, context.Site);
        var settings = Parse(options);
        var conversion = method.Convert(context, settings);
        var effort = context.CompareWithChance ? EvaluationEffort.Report : EvaluationEffort.Quick;
        var report = ExpertsEvaluation.Evaluate(context, settings, method, conversion, effort);
        var form = context.Precision == Precision.Float32 ? new FormConversion(conversion.Parameters, report) : Round(context, conversion.Parameters, report);
        return form with { FittedTokens = conversion.FittedTokens };
    }

    /// <inheritdoc/>
    public override ReplacementNode Write(string site, FormParameters parameters) => ExpertsNode.Write(site, (ExpertsParameters)parameters);

    /// <inheritdoc/>
    public override FormParameters Read(FormNode node) => ExpertsNode.Read(node);

    /// <inheritdoc/>
    public override FeedForward Build(FormParameters parameters, Backend backend) =>
        new ExpertsFeedForward((ExpertsParameters)parameters, backend);

    /// <summary>Rounds what was fitted in float32 and measures it again.</summary>
    private static FormConversion Round(ConversionContext context, ExpertsParameters fitted, SiteReport report)
    {
        var weights = fitted.ToWeights(null);
        var rounded = context.Precision switch
        {
            Precision.BFloat16 => fitted with
            {
                IsBFloat16 = true,
                Up = RoundedWeights.BFloat16(fitted.Up),
                Gate = fitted.Gate is null ? null : RoundedWeights.BFloat16(fitted.Gate),
                Down = RoundedWeights.BFloat16(fitted.Down),
            },
            Precision.Int8 => fitted with { Integers = QuantizedExpertWeights.Round(weights) },
            _ => fitted with { Nibbles = QuantizedInt4ExpertWeights.Round(weights) },
        };
        using var form = new ExpertsFeedForward(rounded, context.Backend);
        List<string> notes = [.. report.Notes];
        if (report.Error is { } error)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"error before rounding {error:0.0000}"));
        }

        if (rounded.Nibbles is { } nibbles && RoundedWeights.VanishedNote([.. nibbles.Up, .. nibbles.Gate, .. nibbles.Down]) is { } note)
        {
            notes.Add(note);
        }

        return new FormConversion(rounded, report with
        {
            Precision = Conversion.Precisions.Name(context.Precision),
            Error = FormError.Of(context, form),
            Notes = notes,
        });
    }

    private static string[] Copying { get; } = [.. ExpertsConverters.All.Where(converter => converter is DynamicDinoConverter).Select(converter => converter.Name)];

    private static string[] Cutting { get; } = [.. ExpertsConverters.All.Where(converter => converter is not DynamicDinoConverter).Select(converter => converter.Name)];

    private ExpertsOptions Parse(JsonObject? options) => OptionReader.Read(options, OptionReader.Default.ExpertsOptions, Name);
}
