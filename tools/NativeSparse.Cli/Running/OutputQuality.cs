using NativeSparse.Cli.Inputs;
using NativeSparse.Cli.LanguageModels;
using NativeSparse.Conversion;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Running;

/// <summary>How close outputs are to the dense model's.</summary>
/// <param name="Cosine">Mean cosine of rows.</param>
/// <param name="CosineP5">5th percentile of it.</param>
/// <param name="Kl">Mean divergence KL(dense, other) of rows as distributions, for logits.</param>
/// <param name="ArgmaxAgreement">Share of rows with the same largest value, for outputs that rank classes.</param>
/// <param name="PerplexityRatio">Perplexity over dense, where the tokens are known.</param>
/// <param name="RelativeError">L2 norm of the difference over that of the dense model's values.</param>
/// <param name="MaxAbs">Largest absolute difference.</param>
internal sealed record OutputQuality(
    double? Cosine, double? CosineP5, double? Kl, double? ArgmaxAgreement, double? PerplexityRatio, double? RelativeError, double? MaxAbs)
{
    private const string Logits = "logits";
    private const string Tokens = "input_ids";

    /// <summary>Compares the first floating output of two runs.</summary>
    public static OutputQuality Compare(
        IReadOnlyList<ConstantTensor> dense, IReadOnlyList<ConstantTensor> other, IReadOnlyDictionary<string, ConstantTensor>? tokens)
    {
        var index = dense.ToList().FindIndex(output => output.ElementType.Contains("float", StringComparison.Ordinal));
        if (index < 0 || dense[index].Shape.Count == 0 || !dense[index].Shape.SequenceEqual(other[index].Shape))
        {
            return new OutputQuality(null, null, null, null, null, null, null);
        }

        var width = (int)dense[index].Shape[^1];
        var expected = Array.ConvertAll(TensorValues.ToDoubles(dense[index]), value => (float)value);
        var actual = Array.ConvertAll(TensorValues.ToDoubles(other[index]), value => (float)value);
        var isLogits = dense[index].Name == Logits;
        var rows = width == 0 ? 0 : expected.Length / width;
        var divergence = 0.0;
        for (var row = 0; isLogits && row < rows; row++)
        {
            divergence += LogitRows.Divergence(expected.AsSpan(row * width, width), actual.AsSpan(row * width, width));
        }

        var closeness = new OutputCloseness(dense[index].Name);
        closeness.Add(expected, actual, width);
        var report = closeness.Report();
        return new OutputQuality(
            report.Cosine,
            report.CosineP5,
            isLogits && rows > 0 ? divergence / rows : null,
            report.ArgmaxAgreement,
            isLogits && tokens?.GetValueOrDefault(Tokens) is { } ids ? Ratio(expected, actual, width, ids) : null,
            report.RelativeError,
            expected.Length > 0 ? expected.Zip(actual, (left, right) => Math.Abs((double)left - right)).Max() : null);
    }

    private static double? Ratio(float[] expected, float[] actual, int width, ConstantTensor tokens)
    {
        var ids = Array.ConvertAll(TensorValues.ToDoubles(tokens), id => (long)id);
        var length = (int)tokens.Shape[^1];
        if (length < 2 || ids.Length * width != expected.Length)
        {
            return null;
        }

        double difference = 0;
        var scored = 0;
        for (var row = 0; row < ids.Length; row++)
        {
            if (row % length == length - 1)
            {
                continue;
            }

            var target = (int)ids[row + 1];
            difference += LogitRows.NegativeLogLikelihood(actual.AsSpan(row * width, width), target)
                - LogitRows.NegativeLogLikelihood(expected.AsSpan(row * width, width), target);
            scored++;
        }

        return Math.Exp(difference / scored);
    }
}
