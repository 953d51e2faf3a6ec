using System.Runtime.InteropServices;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inputs;

/// <summary>Numbers as tensors of whatever element type a graph input has.</summary>
internal static class NumberTensors
{
    /// <summary>A tensor of the input's element type.</summary>
    /// <exception cref="InputException">A number does not fit the element type, or the shape is not that of the numbers.</exception>
    public static ConstantTensor Create(ModelInput input, IReadOnlyList<double> numbers, long[] shape)
    {
        if (shape.Aggregate(1L, (product, size) => product * size) != numbers.Count)
        {
            throw new InputException($"input '{input.Name}': {numbers.Count} numbers do not make [{string.Join(", ", shape)}]");
        }

        if (!input.IsFloating)
        {
            var whole = new long[numbers.Count];
            for (var i = 0; i < whole.Length; i++)
            {
                whole[i] = Math.Floor(numbers[i]) == numbers[i] && Math.Abs(numbers[i]) <= long.MaxValue / 2
                    ? (long)numbers[i]
                    : throw new InputException($"input '{input.Name}': {numbers[i]} is no {input.ElementType}");
            }

            return IntegerTensors.Create(input, whole, shape);
        }

        var values = numbers.ToArray();
        var data = input.ElementType switch
        {
            "float32" => Bytes(Array.ConvertAll(values, value => (float)value)),
            "float16" => Bytes(Array.ConvertAll(values, value => (Half)value)),
            "bfloat16" => Bytes(Array.ConvertAll(values, value => (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16))),
            _ => Bytes(values),
        };
        return new ConstantTensor(input.Name, input.ElementType, shape, data);
    }

    private static byte[] Bytes<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
