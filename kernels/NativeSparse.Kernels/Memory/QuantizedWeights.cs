namespace NativeSparse.Kernels;

/// <summary>Weights <c>[K, N]</c> as 8-bit integers with one scale for each output: <c>W[k, n] = scale[n] * value[k, n]</c>. Immutable.</summary>
public sealed class QuantizedWeights
{
    /// <summary>Most inputs of an int8 matrix: sums of products then stay below 2^31 with room for the zero point.</summary>
    public const int MaxInputWidth = 32768;

    private const int MaxValue = 127;

    /// <param name="values"><c>[K, N]</c>, row-major, -127 to 127.</param>
    /// <param name="scales"><c>[N]</c>, finite.</param>
    /// <param name="inputWidth">K, at most <see cref="MaxInputWidth"/>.</param>
    /// <param name="outputWidth">N.</param>
    /// <exception cref="ShapeMismatchException">A length does not match.</exception>
    /// <exception cref="ArgumentException">A value is -128 or a scale is not finite.</exception>
    public QuantizedWeights(ReadOnlyMemory<sbyte> values, ReadOnlyMemory<float> scales, int inputWidth, int outputWidth)
    {
        CheckSizes(values.Length, inputWidth, outputWidth);
        if (scales.Length != outputWidth)
        {
            throw new ShapeMismatchException("scales", $"{outputWidth} values", $"{scales.Length} values");
        }

        if (values.Span.IndexOf(sbyte.MinValue) is >= 0 and var index)
        {
            throw new ArgumentException($"weight [{index / outputWidth}, {index % outputWidth}] is -128; int8 weights are -127 to 127", nameof(values));
        }

        for (var n = 0; n < outputWidth; n++)
        {
            if (!float.IsFinite(scales.Span[n]))
            {
                throw new ArgumentException($"the scale of output {n} is {scales.Span[n]}; scales must be finite", nameof(scales));
            }
        }

        Values = values;
        Scales = scales;
        InputWidth = inputWidth;
        OutputWidth = outputWidth;
    }

    /// <summary>K.</summary>
    public int InputWidth { get; }

    /// <summary>N.</summary>
    public int OutputWidth { get; }

    /// <summary><c>[K, N]</c>, row-major, -127 to 127.</summary>
    public ReadOnlyMemory<sbyte> Values { get; }

    /// <summary><c>[N]</c>.</summary>
    public ReadOnlyMemory<float> Scales { get; }

    /// <summary>Rounds weights to the nearest integers, scale = largest magnitude of the output's weights / 127; 1 where they vanish.</summary>
    /// <exception cref="ShapeMismatchException">A length does not match.</exception>
    /// <exception cref="ArgumentException">A weight is not finite.</exception>
    public static QuantizedWeights Round(ReadOnlySpan<float> weights, int inputWidth, int outputWidth)
    {
        CheckSizes(weights.Length, inputWidth, outputWidth);
        var (values, scales) = (new sbyte[weights.Length], new float[outputWidth]);
        RoundColumns(weights, outputWidth, values, scales);
        return new QuantizedWeights(values, scales, inputWidth, outputWidth);
    }

    /// <summary>The same for a matrix of any number of rows.</summary>
    internal static void RoundColumns(ReadOnlySpan<float> weights, int outputWidth, Span<sbyte> values, Span<float> scales)
    {
        scales.Clear();
        for (var i = 0; i < weights.Length; i++)
        {
            if (!float.IsFinite(weights[i]))
            {
                throw new ArgumentException(
                    $"weight [{i / outputWidth}, {i % outputWidth}] is {weights[i]}; int8 needs finite weights", nameof(weights));
            }

            ref var largest = ref scales[i % outputWidth];
            largest = Math.Max(largest, Math.Abs(weights[i]));
        }

        foreach (ref var scale in scales)
        {
            scale = scale / MaxValue is > 0 and var step ? step : 1;
        }

        for (var i = 0; i < weights.Length; i++)
        {
            values[i] = (sbyte)Math.Clamp(MathF.Round(weights[i] / scales[i % outputWidth]), -MaxValue, MaxValue);
        }
    }

    /// <summary>Writes <c>scale[n] * value[k, n]</c>.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than K x N.</exception>
    public void Dequantize(Span<float> destination)
    {
        var values = Values.Span;
        var scales = Scales.Span;
        if (destination.Length < values.Length)
        {
            throw new ArgumentException($"expected room for {values.Length} values, got {destination.Length}", nameof(destination));
        }

        for (var i = 0; i < values.Length; i++)
        {
            destination[i] = values[i] * scales[i % scales.Length];
        }
    }

    private static void CheckSizes(int length, int inputWidth, int outputWidth)
    {
        DenseArguments.CheckPack(length, inputWidth, outputWidth);
        if (inputWidth > MaxInputWidth)
        {
            throw new ShapeMismatchException("weights", $"at most {MaxInputWidth} inputs at int8, whose sums are 32-bit integers (float32, bfloat16 and int4 have no such limit)", $"{inputWidth}");
        }
    }
}
