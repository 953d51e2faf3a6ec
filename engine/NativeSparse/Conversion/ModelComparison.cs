using System.Numerics.Tensors;
using NativeSparse.Session;

namespace NativeSparse.Conversion;

/// <summary>Compares the outputs of two sessions of one model.</summary>
internal static class ModelComparison
{
    /// <summary>Closeness of the first floating output, and the largest difference of any floating output.</summary>
    /// <exception cref="ConversionException">An output has other sizes, or values that are not finite where those of the dense model are.</exception>
    public static ModelReport Compare(
        ModelSession dense,
        ModelSession converted,
        IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyTensor>> batches,
        CancellationToken cancellation)
    {
        OutputCloseness? closeness = null;
        var maxAbs = 0.0;
        foreach (var batch in batches)
        {
            var expected = dense.Run(batch, cancellation);
            var actual = converted.Run(batch, cancellation);
            var first = true;
            foreach (var name in dense.OutputNames)
            {
                if (Singles(expected[name]) is not { } left || Singles(actual[name]) is not { } right)
                {
                    continue;
                }

                if (left.Length != right.Length)
                {
                    throw new ConversionException($"output '{name}' has {right.Length} values after conversion, {left.Length} before");
                }

                CheckFinite(name, left, right);
                maxAbs = Math.Max(maxAbs, MaxDifference(left, right));
                if (first)
                {
                    closeness ??= new OutputCloseness(name);
                    closeness.Add(left, right, RowWidth(expected[name]));
                    first = false;
                }
            }
        }

        return (closeness?.Report() ?? new ModelReport()) with { MaxAbs = maxAbs };
    }

    private static void CheckFinite(string output, float[] dense, float[] converted)
    {
        for (var i = 0; i < dense.Length; i++)
        {
            if (float.IsFinite(dense[i]) && !float.IsFinite(converted[i]))
            {
                throw new ConversionException(FormattableString.Invariant(
                    $"output '{output}' has the value {converted[i]} at {i} after conversion, where the dense model gives {dense[i]}; a converted site overflows: leave it out (form 'none') or give it another precision"));
            }
        }
    }

    /// <summary>Whether two runs gave the same bits.</summary>
    public static bool SameBits(IReadOnlyDictionary<string, ITensor> left, IReadOnlyDictionary<string, ITensor> right) =>
        left.Count == right.Count && left.All(entry => right.TryGetValue(entry.Key, out var other) && SameBits(entry.Value, other));

    private static bool SameBits(ITensor left, ITensor right)
    {
        if (!left.Lengths.SequenceEqual(right.Lengths) || left.GetType() != right.GetType())
        {
            return false;
        }

        return left switch
        {
            Tensor<float> values => Bits(values).AsSpan().SequenceEqual(Bits((Tensor<float>)right)),
            Tensor<double> values => Flatten(values).AsSpan().SequenceEqual(Flatten((Tensor<double>)right)),
            Tensor<Half> values => Flatten(values).AsSpan().SequenceEqual(Flatten((Tensor<Half>)right)),
            Tensor<long> values => Flatten(values).AsSpan().SequenceEqual(Flatten((Tensor<long>)right)),
            Tensor<int> values => Flatten(values).AsSpan().SequenceEqual(Flatten((Tensor<int>)right)),
            Tensor<byte> values => Flatten(values).AsSpan().SequenceEqual(Flatten((Tensor<byte>)right)),
            Tensor<sbyte> values => Flatten(values).AsSpan().SequenceEqual(Flatten((Tensor<sbyte>)right)),
            Tensor<short> values => Flatten(values).AsSpan().SequenceEqual(Flatten((Tensor<short>)right)),
            Tensor<ushort> values => Flatten(values).AsSpan().SequenceEqual(Flatten((Tensor<ushort>)right)),
            Tensor<uint> values => Flatten(values).AsSpan().SequenceEqual(Flatten((Tensor<uint>)right)),
            Tensor<ulong> values => Flatten(values).AsSpan().SequenceEqual(Flatten((Tensor<ulong>)right)),
            Tensor<bool> values => Flatten(values).AsSpan().SequenceEqual(Flatten((Tensor<bool>)right)),
            _ => throw new NotSupportedException($"outputs of type {left.GetType().Name} cannot be compared"),
        };
    }

    private static int[] Bits(Tensor<float> tensor) => [.. Flatten(tensor).Select(BitConverter.SingleToInt32Bits)];

    private static float[]? Singles(ITensor tensor) => tensor switch
    {
        Tensor<float> values => Flatten(values),
        Tensor<double> values => [.. Flatten(values).Select(value => (float)value)],
        Tensor<Half> values => [.. Flatten(values).Select(value => (float)value)],
        _ => null,
    };

    private static T[] Flatten<T>(Tensor<T> tensor)
    {
        var values = new T[tensor.FlattenedLength];
        tensor.FlattenTo(values);
        return values;
    }

    private static int RowWidth(ITensor tensor) => tensor.Rank == 0 ? 1 : checked((int)tensor.Lengths[^1]);

    private static double MaxDifference(float[] left, float[] right)
    {
        var worst = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            var difference = Math.Abs((double)left[i] - right[i]);
            worst = difference > worst || double.IsNaN(difference) && left[i] != right[i] ? difference : worst;
        }

        return worst;
    }
}
