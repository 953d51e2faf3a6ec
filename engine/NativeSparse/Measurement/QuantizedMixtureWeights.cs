using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>Experts as ONNX Runtime's QMoE operator takes them: the integers that ours multiply with.</summary>
/// <param name="Experts">E.</param>
/// <param name="Up">D inputs, B outputs.</param>
/// <param name="UpBias"><c>[E, B]</c>.</param>
/// <param name="Down">B inputs, D outputs.</param>
internal sealed record QuantizedMixtureWeights(int Experts, QuantizedMixtureMatrix Up, float[] UpBias, QuantizedMixtureMatrix Down)
{
    /// <summary>The experts rounded to int8 or int4.</summary>
    public static QuantizedMixtureWeights Round(ExpertWeights weights, Precision precision)
    {
        var (e, d, b) = (weights.Experts, weights.InputWidth, weights.ExpertWidth);
        if (precision == Precision.Int4)
        {
            var nibbles = QuantizedInt4ExpertWeights.Round(weights);
            return new QuantizedMixtureWeights(e, QuantizedMixtureMatrix.Of(nibbles.Up), weights.UpBias.ToArray(), QuantizedMixtureMatrix.Of(nibbles.Down));
        }

        var integers = QuantizedExpertWeights.Round(weights);
        return new QuantizedMixtureWeights(
            e,
            QuantizedMixtureMatrix.Of(integers.Up.Span, integers.UpScales.Span, e, d, b),
            weights.UpBias.ToArray(),
            QuantizedMixtureMatrix.Of(integers.Down.Span, integers.DownScales.Span, e, b, d));
    }
}
