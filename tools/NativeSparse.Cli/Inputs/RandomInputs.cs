using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inputs;

/// <summary>Random graph inputs: standard normal numbers for floating types, whole numbers 0..99 for integers.</summary>
internal static class RandomInputs
{
    private const int IntegerLimit = 100;

    /// <summary>Adds a random tensor for each input that is missing.</summary>
    /// <returns>The names of the inputs that were filled.</returns>
    /// <exception cref="InputException">The shape of an input is not known.</exception>
    public static IReadOnlyList<string> Fill(
        IReadOnlyList<ModelInput> inputs, Dictionary<string, ConstantTensor> tensors, DimensionSizes sizes, int seed)
    {
        var random = new Random(seed);
        var filled = new List<string>();
        foreach (var input in inputs.Where(input => !tensors.ContainsKey(input.Name)))
        {
            var shape = sizes.Resolve(input) ?? throw new InputException($"the shape of input {input} is not known; give it in --inputs");
            tensors[input.Name] = Create(input, shape, random);
            filled.Add($"{input.Name} {input.ElementType} [{string.Join(", ", shape)}]");
        }

        return filled;
    }

    private static ConstantTensor Create(ModelInput input, long[] shape, Random random)
    {
        var count = Count(input, shape);
        if (!input.IsFloating)
        {
            var numbers = new long[count];
            for (var i = 0; i < numbers.Length; i++)
            {
                numbers[i] = random.Next(input.ElementType == "bool" ? 2 : IntegerLimit);
            }

            return IntegerTensors.Create(input, numbers, shape);
        }

        var values = new double[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        }

        return NumberTensors.Create(input, values, shape);
    }

    private static long Count(ModelInput input, long[] shape)
    {
        const int bytesPerElement = sizeof(double);
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var count = 1L;
        foreach (var size in shape)
        {
            if (size != 0 && count > Math.Min(Array.MaxLength, available / bytesPerElement) / size)
            {
                throw new InputException($"input {input} as [{string.Join(", ", shape)}] does not fit into memory; give smaller sizes");
            }

            count *= size;
        }

        return count;
    }
}
