namespace NativeSparse.Kernels;

/// <summary>
/// Weights <c>[K, N]</c> with 2:4 sparsity: of each 4 neighbouring inputs, from a multiple of 4 on, an output stores two. Both are multiplied, also
/// where a value is zero, so that an infinite or NaN input reaches the outputs that store its place. Inputs beyond K count as zero. Immutable by
/// convention.
/// </summary>
public sealed class TwoOfFourWeights
{
    /// <summary>Neighbouring inputs of which two are stored.</summary>
    public const int GroupInputs = 4;

    /// <param name="inputWidth">K.</param>
    /// <param name="outputWidth">N.</param>
    /// <param name="positions"><c>[ceil(K / 4), N]</c>: the first place in bits 0 and 1, the second, a later one, in bits 2 and 3.</param>
    /// <param name="values"><c>[ceil(K / 4), 2, N]</c>; 0 at places beyond K.</param>
    /// <exception cref="ShapeMismatchException">A length does not match, places are not ascending, or a value lies beyond K.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A width is not positive.</exception>
    public TwoOfFourWeights(int inputWidth, int outputWidth, ReadOnlyMemory<byte> positions, ReadOnlyMemory<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputWidth);
        (InputWidth, OutputWidth, Positions, Values) = (inputWidth, outputWidth, positions, values);
        var entries = (long)Groups * outputWidth;
        if (positions.Length != entries || values.Length != 2 * entries)
        {
            throw new ShapeMismatchException(
                "positions, values", $"{Groups} x {outputWidth} and {Groups} x 2 x {outputWidth}", $"{positions.Length} and {values.Length}");
        }

        for (var i = 0; i < positions.Length; i++)
        {
            var (group, output) = Math.DivRem(i, outputWidth);
            var (first, second) = Places(positions.Span[i]);
            if (positions.Span[i] > 15 || first >= second)
            {
                throw new ShapeMismatchException(
                    "positions", "two places from 0 to 3, ascending", $"{positions.Span[i]} for inputs {GroupInputs * group} on, output {output}");
            }

            if ((IsBeyond(group, first) && Value(group, 0, output) != 0) || (IsBeyond(group, second) && Value(group, 1, output) != 0))
            {
                throw new ShapeMismatchException("values", $"0 beyond input {inputWidth - 1}", $"another value for output {output}");
            }
        }
    }

    /// <summary>K.</summary>
    public int InputWidth { get; }

    /// <summary>N.</summary>
    public int OutputWidth { get; }

    /// <summary>ceil(K / 4).</summary>
    public int Groups => (InputWidth + GroupInputs - 1) / GroupInputs;

    /// <summary><c>[ceil(K / 4), N]</c>: two places, two bits each.</summary>
    public ReadOnlyMemory<byte> Positions { get; }

    /// <summary><c>[ceil(K / 4), 2, N]</c>.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>Takes a matrix that has the pattern; where a group has fewer values, the first free places are stored with 0.</summary>
    /// <param name="weights"><c>[K, N]</c>, row-major.</param>
    /// <param name="inputWidth">K.</param>
    /// <param name="outputWidth">N.</param>
    /// <exception cref="ShapeMismatchException">The length does not match, or four neighbouring inputs of an output hold more than two values.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A width is not positive.</exception>
    public static TwoOfFourWeights FromDense(ReadOnlySpan<float> weights, int inputWidth, int outputWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputWidth);
        DenseArguments.CheckPack(weights.Length, inputWidth, outputWidth);
        var groups = (inputWidth + GroupInputs - 1) / GroupInputs;
        var (positions, values) = (new byte[groups * outputWidth], new float[2 * groups * outputWidth]);
        for (var group = 0; group < groups; group++)
        {
            for (var n = 0; n < outputWidth; n++)
            {
                var (mask, count) = (0, 0);
                for (var place = 0; place < GroupInputs; place++)
                {
                    var k = (GroupInputs * group) + place;
                    if (k < inputWidth && weights[(k * outputWidth) + n] != 0)
                    {
                        (mask, count) = (mask | (1 << place), count + 1);
                    }
                }

                if (count > 2)
                {
                    throw new ShapeMismatchException(
                        "weights", "at most 2 values other than zero in 4 neighbouring inputs of an output", $"{count} from input {GroupInputs * group} on, output {n}");
                }

                for (var place = 0; count < 2; place++)
                {
                    if ((mask & (1 << place)) == 0)
                    {
                        (mask, count) = (mask | (1 << place), count + 1);
                    }
                }

                var first = int.TrailingZeroCount(mask);
                var second = int.Log2(mask);
                positions[(group * outputWidth) + n] = (byte)(first | (second << 2));
                values[(2 * group * outputWidth) + n] = At(weights, group, first, n);
                values[(((2 * group) + 1) * outputWidth) + n] = At(weights, group, second, n);
            }
        }

        return new TwoOfFourWeights(inputWidth, outputWidth, positions, values);

        float At(ReadOnlySpan<float> all, int group, int place, int n)
        {
            var k = (GroupInputs * group) + place;
            return k < inputWidth ? all[(k * outputWidth) + n] : 0;
        }
    }

    /// <summary>The matrix <c>[K, N]</c> with its zeros.</summary>
    public float[] ToDense() => ToSparse().ToDense();

    /// <summary>The same entries, zeros among them, as single weights (CSR by output).</summary>
    public SparseWeights ToSparse()
    {
        var (starts, inputs, values) = (new int[OutputWidth + 1], new List<int>(), new List<float>());
        for (var n = 0; n < OutputWidth; n++)
        {
            for (var group = 0; group < Groups; group++)
            {
                var (first, second) = Places(Positions.Span[(group * OutputWidth) + n]);
                foreach (var (place, which) in ((int, int)[])[(first, 0), (second, 1)])
                {
                    if (!IsBeyond(group, place))
                    {
                        inputs.Add((GroupInputs * group) + place);
                        values.Add(Value(group, which, n));
                    }
                }
            }

            starts[n + 1] = inputs.Count;
        }

        return new SparseWeights(InputWidth, OutputWidth, 1, starts, inputs.ToArray(), values.ToArray());
    }

    private static (int First, int Second) Places(byte positions) => (positions & 3, positions >> 2);

    private bool IsBeyond(int group, int place) => (GroupInputs * group) + place >= InputWidth;

    private float Value(int group, int which, int output) => Values.Span[(((2 * group) + which) * OutputWidth) + output];
}
