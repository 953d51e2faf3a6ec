using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>One matrix of every expert in the layout of ONNX Runtime's QMoE operator: outputs as rows, unsigned integers.</summary>
/// <param name="Outputs">N.</param>
/// <param name="Inputs">K.</param>
/// <param name="Bits">4 (two to a byte, the first in the low half) or 8.</param>
/// <param name="Values"><c>[E, N, K * Bits / 8]</c>.</param>
/// <param name="Scales"><c>[E, N]</c> at 8 bits, <c>[E, N, K / 32]</c> at 4.</param>
/// <param name="Zeros"><c>[E, N, K / 64]</c>, two to a byte, at 4 bits; null: 128 everywhere.</param>
internal sealed record QuantizedMixtureMatrix(int Outputs, int Inputs, int Bits, byte[] Values, float[] Scales, byte[]? Zeros)
{
    private const int Zero = 128;

    /// <summary>Signed bytes <c>[E, K, N]</c>, with scales <c>[E, N]</c> or <c>[N]</c> that all experts share.</summary>
    public static QuantizedMixtureMatrix Of(ReadOnlySpan<sbyte> values, ReadOnlySpan<float> scales, int experts, int inputs, int outputs)
    {
        var turned = new byte[values.Length];
        var repeated = new float[experts * outputs];
        for (var e = 0; e < experts; e++)
        {
            for (var n = 0; n < outputs; n++)
            {
                repeated[(e * outputs) + n] = scales[((e * outputs) + n) % scales.Length];
                for (var k = 0; k < inputs; k++)
                {
                    turned[(((e * outputs) + n) * inputs) + k] = (byte)(values[(((e * inputs) + k) * outputs) + n] + Zero);
                }
            }
        }

        return new QuantizedMixtureMatrix(outputs, inputs, 8, turned, repeated, null);
    }

    /// <summary>Groups of 32 inputs; K is a multiple of 64.</summary>
    public static QuantizedMixtureMatrix Of(IReadOnlyList<QuantizedInt4Weights> experts)
    {
        var (inputs, outputs) = (experts[0].InputWidth, experts[0].OutputWidth);
        var groups = QuantizedInt4Weights.Groups(inputs);
        var values = new byte[experts.Count * outputs * inputs / 2];
        var scales = new float[experts.Count * outputs * groups];
        var zeros = new byte[scales.Length / 2];
        for (var row = 0; row < experts.Count * outputs; row++)
        {
            var (expert, n) = (experts[row / outputs], row % outputs);
            for (var k = 0; k < inputs; k++)
            {
                var index = (row * inputs) + k;
                values[index / 2] |= (byte)(expert.Values.Span[(k * outputs) + n] << (index % 2 * 4));
            }

            for (var g = 0; g < groups; g++)
            {
                var index = (row * groups) + g;
                scales[index] = (float)expert.Scales.Span[(g * outputs) + n];
                zeros[index / 2] |= (byte)(expert.Zeros.Span[(g * outputs) + n] << (index % 2 * 4));
            }
        }

        return new QuantizedMixtureMatrix(outputs, inputs, 4, values, scales, zeros);
    }
}
