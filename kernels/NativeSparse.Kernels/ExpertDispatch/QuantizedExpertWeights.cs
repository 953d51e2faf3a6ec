namespace NativeSparse.Kernels;

/// <summary>
/// The weights of E feed-forward experts as 8-bit integers: up and gate with one scale for each neuron, down with one for each output that
/// all experts share, so that their products can be summed as integers. Arrays are row-major; immutable by convention.
/// </summary>
public sealed class QuantizedExpertWeights
{
    /// <summary>Most hidden neurons of all experts together: sums of products then stay below 2^31.</summary>
    public const int MaxHiddenWidth = 131072;

    /// <summary>E.</summary>
    public required int Experts { get; init; }

    /// <summary>D.</summary>
    public required int InputWidth { get; init; }

    /// <summary>B: neurons per expert, of the widest one.</summary>
    public required int ExpertWidth { get; init; }

    /// <summary>O.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>Applied to the gate (gated) or to the up product (plain).</summary>
    public required Activation Activation { get; init; }

    /// <summary><c>[E, D, B]</c>.</summary>
    public required ReadOnlyMemory<sbyte> Up { get; init; }

    /// <summary><c>[E, B]</c>.</summary>
    public required ReadOnlyMemory<float> UpScales { get; init; }

    /// <summary><c>[E, B]</c>, or empty.</summary>
    public ReadOnlyMemory<float> UpBias { get; init; }

    /// <summary><c>[E, D, B]</c>, or empty: present makes the experts gated.</summary>
    public ReadOnlyMemory<sbyte> Gate { get; init; }

    /// <summary><c>[E, B]</c>, or empty.</summary>
    public ReadOnlyMemory<float> GateScales { get; init; }

    /// <summary><c>[E, B]</c>, or empty.</summary>
    public ReadOnlyMemory<float> GateBias { get; init; }

    /// <summary><c>[E, B, O]</c>.</summary>
    public required ReadOnlyMemory<sbyte> Down { get; init; }

    /// <summary><c>[O]</c>.</summary>
    public required ReadOnlyMemory<float> DownScales { get; init; }

    /// <summary><c>[E, O]</c>: added to an expert's output before it is weighted, or empty.</summary>
    public ReadOnlyMemory<float> ExpertBias { get; init; }

    /// <summary><c>[E]</c>: real widths where experts differ, or empty (all are B).</summary>
    public ReadOnlyMemory<int> Widths { get; init; }

    /// <summary>Rounds weights to the nearest integers; each scale is the largest magnitude it serves / 127.</summary>
    /// <exception cref="ShapeMismatchException">A length does not match.</exception>
    /// <exception cref="ArgumentException">A weight is not finite.</exception>
    public static QuantizedExpertWeights Round(ExpertWeights weights)
    {
        ExpertArguments.CheckPack(weights);
        var (e, d, b, o) = (weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth);
        var (up, upScales) = RoundEach(weights.Up.Span, e, d, b);
        var (gate, gateScales) = weights.Gate.IsEmpty ? ([], []) : RoundEach(weights.Gate.Span, e, d, b);
        var (down, downScales) = (new sbyte[weights.Down.Length], new float[o]);
        QuantizedWeights.RoundColumns(weights.Down.Span, o, down, downScales);
        return new QuantizedExpertWeights
        {
            Experts = e,
            InputWidth = d,
            ExpertWidth = b,
            OutputWidth = o,
            Activation = weights.Activation,
            Up = up,
            UpScales = upScales,
            UpBias = weights.UpBias.ToArray(),
            Gate = gate,
            GateScales = gateScales,
            GateBias = weights.GateBias.ToArray(),
            Down = down,
            DownScales = downScales,
            ExpertBias = weights.ExpertBias.ToArray(),
            Widths = weights.Widths.ToArray(),
        };
    }

    /// <summary>The values that are multiplied with, as float32.</summary>
    /// <exception cref="ShapeMismatchException">A length does not match.</exception>
    /// <exception cref="ArgumentException">A value is -128 or a scale is not finite.</exception>
    public ExpertWeights Dequantize()
    {
        ExpertArguments.CheckPack(this);
        return new ExpertWeights
        {
            Experts = Experts,
            InputWidth = InputWidth,
            ExpertWidth = ExpertWidth,
            OutputWidth = OutputWidth,
            Activation = Activation,
            Up = Dequantize(Up.Span, UpScales.Span, InputWidth, ExpertWidth),
            UpBias = UpBias,
            Gate = Dequantize(Gate.Span, GateScales.Span, InputWidth, ExpertWidth),
            GateBias = GateBias,
            Down = Dequantize(Down.Span, DownScales.Span, ExpertWidth, OutputWidth),
            ExpertBias = ExpertBias,
            Widths = Widths,
        };
    }

    private static (sbyte[] Values, float[] Scales) RoundEach(ReadOnlySpan<float> weights, int experts, int inputs, int width)
    {
        var (values, scales) = (new sbyte[weights.Length], new float[experts * width]);
        for (var e = 0; e < experts; e++)
        {
            QuantizedWeights.RoundColumns(
                weights.Slice(e * inputs * width, inputs * width),
                width,
                values.AsSpan(e * inputs * width, inputs * width),
                scales.AsSpan(e * width, width));
        }

        return (values, scales);
    }

    /// <summary>Blocks of <paramref name="rows"/> rows of <paramref name="width"/> columns, each block with its own scales or all with the same.</summary>
    private static float[] Dequantize(ReadOnlySpan<sbyte> values, ReadOnlySpan<float> scales, int rows, int width)
    {
        var result = new float[values.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var block = i / (rows * width);
            result[i] = values[i] * scales[((block * width) + (i % width)) % scales.Length];
        }

        return result;
    }
}
