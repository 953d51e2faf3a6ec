using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace NativeSparse.Conversion;

/// <summary>
/// Inputs made up from a model's signature, to compare two sessions of it where nothing better is given. Not data: they show that a
/// graph was rewritten right, and say nothing about quality.
/// </summary>
public static class ProbeInputs
{
    private const int Batch = 2;
    private const int Length = 6;
    private const int SafeIds = 2;

    /// <summary>
    /// One batch: floating inputs from a normal distribution, masks all one, positions counting up, other integers 0 or 1, every symbolic
    /// dimension the same small length (the first one 2), an empty past.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyTensor> Create(IReadOnlyDictionary<string, NodeMetadata> inputs, int seed) => Create(inputs, seed, SafeIds);

    /// <summary>The same with ids below a limit: 0 and 1 are padding and the like in most vocabularies, where a model shows little of what it does.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlyTensor> Create(IReadOnlyDictionary<string, NodeMetadata> inputs, int seed, int ids)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var random = new Random(seed);
        var result = new Dictionary<string, IReadOnlyTensor>();
        foreach (var (name, metadata) in inputs)
        {
            result.Add(name, Create(name, metadata, random, IsId(name) ? ids : SafeIds));
        }

        return result;
    }

    private static bool IsId(string name) =>
        name.Contains("ids", StringComparison.OrdinalIgnoreCase) && !name.Contains("type", StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyTensor Create(string name, NodeMetadata metadata, Random random, int limit)
    {
        var lengths = new nint[metadata.Dimensions.Length];
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = metadata.Dimensions[i] >= 0 ? metadata.Dimensions[i] : Symbolic(name, i, metadata.SymbolicDimensions[i]);
        }

        var count = lengths.Aggregate((nint)1, (size, length) => size * length);
        return metadata.ElementDataType switch
        {
            TensorElementType.Float => Fill(count, lengths, _ => Normal(random)),
            TensorElementType.Double => Fill(count, lengths, _ => (double)Normal(random)),
            TensorElementType.Float16 => Fill(count, lengths, _ => (Half)Normal(random)),
            TensorElementType.Bool => Fill(count, lengths, _ => true),
            TensorElementType.Int64 => Fill(count, lengths, i => (long)Integer(name, i, lengths, random, limit)),
            TensorElementType.Int32 => Fill(count, lengths, i => Integer(name, i, lengths, random, limit)),
            TensorElementType.UInt8 => Fill(count, lengths, i => (byte)Integer(name, i, lengths, random, limit)),
            TensorElementType.Int8 => Fill(count, lengths, i => (sbyte)Integer(name, i, lengths, random, limit)),
            var type => throw new NotSupportedException($"input '{name}' is {type}: no probe input can be made up"),
        };
    }

    private static System.Numerics.Tensors.Tensor<T> Fill<T>(nint count, nint[] lengths, Func<int, T> value)
    {
        var values = new T[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(i);
        }

        return System.Numerics.Tensors.Tensor.Create(values, lengths.Length == 0 ? [1] : lengths);
    }

    private static nint Symbolic(string name, int axis, string? symbol)
    {
        if (axis == 0)
        {
            return Batch;
        }

        var past = name.Contains("past", StringComparison.OrdinalIgnoreCase) && !name.Contains("mask", StringComparison.OrdinalIgnoreCase);
        return past && symbol?.Contains("past", StringComparison.OrdinalIgnoreCase) == true ? 0 : Length;
    }

    private static int Integer(string name, int index, nint[] lengths, Random random, int limit)
    {
        if (name.Contains("mask", StringComparison.OrdinalIgnoreCase))
        {
            return 1;
        }

        return name.Contains("position", StringComparison.OrdinalIgnoreCase) && lengths.Length > 0
            ? (int)(index % Math.Max(1, lengths[^1]))
            : random.Next(limit);
    }

    private static float Normal(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
