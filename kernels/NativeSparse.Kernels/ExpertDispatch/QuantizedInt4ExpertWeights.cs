namespace NativeSparse.Kernels;

/// <summary>The weights of E feed-forward experts as 4-bit integers, each matrix with groups of its own. Immutable by convention.</summary>
public sealed class QuantizedInt4ExpertWeights
{
    /// <summary>Applied to the gate (gated) or to the up product (plain).</summary>
    public required Activation Activation { get; init; }

    /// <summary>One matrix <c>[D, B]</c> for each expert.</summary>
    public required IReadOnlyList<QuantizedInt4Weights> Up { get; init; }

    /// <summary><c>[E, B]</c>, or empty.</summary>
    public ReadOnlyMemory<float> UpBias { get; init; }

    /// <summary>One matrix <c>[D, B]</c> for each expert, or none: present makes the experts gated.</summary>
    public IReadOnlyList<QuantizedInt4Weights> Gate { get; init; } = [];

    /// <summary><c>[E, B]</c>, or empty.</summary>
    public ReadOnlyMemory<float> GateBias { get; init; }

    /// <summary>One matrix <c>[B, O]</c> for each expert.</summary>
    public required IReadOnlyList<QuantizedInt4Weights> Down { get; init; }

    /// <summary><c>[E, O]</c>: added to an expert's output before it is weighted, or empty.</summary>
    public ReadOnlyMemory<float> ExpertBias { get; init; }

    /// <summary>E.</summary>
    public int Experts => Up.Count;

    /// <summary>D.</summary>
    public int InputWidth => Up[0].InputWidth;

    /// <summary>B.</summary>
    public int ExpertWidth => Up[0].OutputWidth;

    /// <summary>O.</summary>
    public int OutputWidth => Down[0].OutputWidth;

    /// <summary>Rounds weights as <see cref="QuantizedInt4Weights.Round"/> does.</summary>
    /// <exception cref="ShapeMismatchException">A length does not match.</exception>
    /// <exception cref="ArgumentException">A weight is not finite, or too large for a float16 scale.</exception>
    public static QuantizedInt4ExpertWeights Round(ExpertWeights weights)
    {
        ExpertArguments.CheckPack(weights);
        var (d, b, o) = (weights.InputWidth, weights.ExpertWidth, weights.OutputWidth);
        return new QuantizedInt4ExpertWeights
        {
            Activation = weights.Activation,
            Up = Round(weights.Up.Span, weights.Experts, d, b),
            UpBias = weights.UpBias.ToArray(),
            Gate = weights.Gate.IsEmpty ? [] : Round(weights.Gate.Span, weights.Experts, d, b),
            GateBias = weights.GateBias.ToArray(),
            Down = Round(weights.Down.Span, weights.Experts, b, o),
            ExpertBias = weights.ExpertBias.ToArray(),
        };
    }

    /// <summary>The values that are multiplied with, as float32.</summary>
    public ExpertWeights Dequantize() => new()
    {
        Experts = Experts,
        InputWidth = InputWidth,
        ExpertWidth = ExpertWidth,
        OutputWidth = OutputWidth,
        Activation = Activation,
        Up = Dequantize(Up),
        UpBias = UpBias,
        Gate = Dequantize(Gate),
        GateBias = GateBias,
        Down = Dequantize(Down),
        ExpertBias = ExpertBias,
    };

    private static QuantizedInt4Weights[] Round(ReadOnlySpan<float> weights, int experts, int inputs, int outputs)
    {
        var matrices = new QuantizedInt4Weights[experts];
        for (var e = 0; e < experts; e++)
        {
            matrices[e] = QuantizedInt4Weights.Round(weights.Slice(e * inputs * outputs, inputs * outputs), inputs, outputs);
        }

        return matrices;
    }

    private static float[] Dequantize(IReadOnlyList<QuantizedInt4Weights> matrices)
    {
        var all = new float[matrices.Sum(matrix => matrix.Values.Length)];
        var start = 0;
        foreach (var matrix in matrices)
        {
            matrix.Dequantize(all.AsSpan(start, matrix.Values.Length));
            start += matrix.Values.Length;
        }

        return all;
    }
}
