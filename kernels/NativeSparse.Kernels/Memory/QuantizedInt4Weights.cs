namespace NativeSparse.Kernels;

/// <summary>
/// Weights <c>[K, N]</c> as unsigned 4-bit integers in groups of 32 along K, each with a float16 scale and a 4-bit zero point:
/// <c>W[k, n] = scale[k / 32, n] * (value[k, n] - zero[k / 32, n])</c>. 4.625 bits a weight. Immutable.
/// </summary>
public sealed class QuantizedInt4Weights
{
    /// <summary>Inner indices that share a scale and a zero point.</summary>
    public const int Group = 32;

    private const int MaxValue = 15;

    /// <param name="values"><c>[K, N]</c>, row-major, 0 to 15, one to a byte.</param>
    /// <param name="scales"><c>[ceil(K / 32), N]</c>, finite.</param>
    /// <param name="zeros"><c>[ceil(K / 32), N]</c>, 0 to 15, one to a byte.</param>
    /// <param name="inputWidth">K.</param>
    /// <param name="outputWidth">N.</param>
    /// <exception cref="ShapeMismatchException">A length does not match.</exception>
    /// <exception cref="ArgumentException">A value or zero point is above 15, or a scale is not finite.</exception>
    public QuantizedInt4Weights(
        ReadOnlyMemory<byte> values, ReadOnlyMemory<Half> scales, ReadOnlyMemory<byte> zeros, int inputWidth, int outputWidth)
    {
        DenseArguments.CheckPack(values.Length, inputWidth, outputWidth);
        var groups = Groups(inputWidth) * outputWidth;
        if (scales.Length != groups || zeros.Length != groups)
        {
            throw new ShapeMismatchException("scales and zeros", $"{groups} values", $"{scales.Length} and {zeros.Length} values");
        }

        if (values.Span.ContainsAnyExceptInRange((byte)0, (byte)MaxValue) || zeros.Span.ContainsAnyExceptInRange((byte)0, (byte)MaxValue))
        {
            throw new ArgumentException($"a 4-bit value or zero point is above {MaxValue}", nameof(values));
        }

        foreach (var scale in scales.Span)
        {
            if (!Half.IsFinite(scale))
            {
                throw new ArgumentException($"a scale is {scale}; scales must be finite", nameof(scales));
            }
        }

        Values = values;
        Scales = scales;
        Zeros = zeros;
        InputWidth = inputWidth;
        OutputWidth = outputWidth;
    }

    /// <summary>K.</summary>
    public int InputWidth { get; }

    /// <summary>N.</summary>
    public int OutputWidth { get; }

    /// <summary><c>[K, N]</c>, 0 to 15.</summary>
    public ReadOnlyMemory<byte> Values { get; }

    /// <summary><c>[ceil(K / 32), N]</c>.</summary>
    public ReadOnlyMemory<Half> Scales { get; }

    /// <summary><c>[ceil(K / 32), N]</c>, 0 to 15.</summary>
    public ReadOnlyMemory<byte> Zeros { get; }

    /// <summary>
    /// Groups that <see cref="Round"/> made zero although their weights are not: the scale they need is below the least float16 number, 6e-8.
    /// </summary>
    public int VanishedGroups { get; private init; }

    /// <summary>Groups of so many inputs.</summary>
    public static int Groups(int inputWidth) => (inputWidth + Group - 1) / Group;

    /// <summary>
    /// Rounds weights: scale = (hi - lo) / 15 as float16, zero = round(-lo / scale), hi and lo being the group's largest and least weight and 0.
    /// </summary>
    /// <exception cref="ShapeMismatchException">A length does not match.</exception>
    /// <exception cref="ArgumentException">A weight is not finite, or too large for a float16 scale.</exception>
    public static QuantizedInt4Weights Round(ReadOnlySpan<float> weights, int inputWidth, int outputWidth)
    {
        DenseArguments.CheckPack(weights.Length, inputWidth, outputWidth);
        var groups = Groups(inputWidth);
        var vanished = 0;
        var (values, scales, zeros) = (new byte[weights.Length], new Half[groups * outputWidth], new byte[groups * outputWidth]);
        for (var g = 0; g < groups; g++)
        {
            for (var n = 0; n < outputWidth; n++)
            {
                var end = Math.Min((g + 1) * Group, inputWidth);
                var (low, high) = (0f, 0f);
                for (var k = g * Group; k < end; k++)
                {
                    var weight = weights[(k * outputWidth) + n];
                    if (!float.IsFinite(weight))
                    {
                        throw new ArgumentException($"weight [{k}, {n}] is {weight}; int4 needs finite weights", nameof(weights));
                    }

                    (low, high) = (Math.Min(low, weight), Math.Max(high, weight));
                }

                var scale = (Half)((high / MaxValue) - (low / MaxValue));
                if (!Half.IsFinite(scale))
                {
                    throw new ArgumentException($"group {g} of output {n} needs a scale beyond float16: its weights reach {high} and {low}", nameof(weights));
                }

                var step = (float)scale;
                vanished += step == 0 && low != high ? 1 : 0;
                var zero = step > 0 ? (byte)Math.Clamp(MathF.Round(-low / step), 0, MaxValue) : (byte)0;
                scales[(g * outputWidth) + n] = scale;
                zeros[(g * outputWidth) + n] = zero;
                for (var k = g * Group; k < end; k++)
                {
                    var place = (k * outputWidth) + n;
                    values[place] = step > 0 ? (byte)Math.Clamp(MathF.Round(weights[place] / step) + zero, 0, MaxValue) : zero;
                }
            }
        }

        return new QuantizedInt4Weights(values, scales, zeros, inputWidth, outputWidth) { VanishedGroups = vanished };
    }

    /// <summary>
    /// The weights rounded to 8 bits, by at most half of an 8-bit step each: twice the memory, faster with many tokens where 8-bit dot products
    /// exist. Answers change a little, so that this is a choice at packing, never one of a run.
    /// </summary>
    public QuantizedWeights ToInt8()
    {
        var weights = new float[Values.Length];
        Dequantize(weights);
        return QuantizedWeights.Round(weights, InputWidth, OutputWidth);
    }

    /// <summary>Writes <c>scale (value - zero)</c>.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than K x N.</exception>
    public void Dequantize(Span<float> destination)
    {
        if (destination.Length < Values.Length)
        {
            throw new ArgumentException($"expected room for {Values.Length} values, got {destination.Length}", nameof(destination));
        }

        for (var i = 0; i < Values.Length; i++)
        {
            var group = (i / OutputWidth / Group * OutputWidth) + (i % OutputWidth);
            destination[i] = (float)Scales.Span[group] * (Values.Span[i] - Zeros.Span[group]);
        }
    }
}
