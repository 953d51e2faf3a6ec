using System.Globalization;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inputs;

/// <summary>Sizes of a graph's open dimensions, learned from tensors that are given, or chosen.</summary>
/// <param name="batch">Size of an open batch dimension that no tensor tells, or null when that is an error.</param>
/// <param name="sequence">Size of any other open dimension that no tensor tells, or null when that is an error.</param>
internal sealed class DimensionSizes(long? batch = null, long? sequence = null)
{
    private readonly Dictionary<string, long> _sizes = new(StringComparer.Ordinal);

    /// <summary>Learns the sizes of an input's open dimensions from a tensor.</summary>
    /// <exception cref="InputException">The tensor does not fit the input or what other tensors say.</exception>
    public void Learn(ModelInput input, ConstantTensor tensor)
    {
        var fits = tensor.Shape.Count == input.Dimensions.Count
            && input.Dimensions.Zip(tensor.Shape).All(pair => pair.First < 0 || pair.First == pair.Second);
        if (!fits || tensor.ElementType != input.ElementType)
        {
            throw new InputException(
                $"input '{input.Name}': got {tensor.ElementType} [{string.Join(", ", tensor.Shape)}], the model wants {input}");
        }

        for (var axis = 0; axis < input.Dimensions.Count; axis++)
        {
            var symbol = input.Symbols[axis];
            if (input.Dimensions[axis] >= 0 || symbol.Length == 0 || symbol.Contains('+', StringComparison.Ordinal))
            {
                continue;
            }

            if (_sizes.TryGetValue(symbol, out var known) && known != tensor.Shape[axis])
            {
                throw new InputException(
                    $"input '{input.Name}': dimension '{symbol}' is {tensor.Shape[axis]}, but {known} in another input");
            }

            _sizes[symbol] = tensor.Shape[axis];
        }
    }

    /// <summary>The sizes of an input's dimensions, or null when one is not known.</summary>
    public long[]? Resolve(ModelInput input)
    {
        var sizes = new long[input.Dimensions.Count];
        for (var axis = 0; axis < sizes.Length; axis++)
        {
            var size = input.Dimensions[axis] >= 0 ? input.Dimensions[axis] : Resolve(input, axis);
            if (size is null)
            {
                return null;
            }

            sizes[axis] = size.Value;
        }

        return sizes;
    }

    private long? Resolve(ModelInput input, int axis)
    {
        var symbol = input.Symbols[axis];
        long sum = 0;
        foreach (var term in symbol.Split('+', StringSplitOptions.TrimEntries))
        {
            if (long.TryParse(term, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                sum += number;
            }
            else if (Term(input, term, axis) is { } size)
            {
                sum += size;
            }
            else
            {
                return null;
            }
        }

        return sum;
    }

    private long? Term(ModelInput input, string symbol, int axis)
    {
        if (symbol.Length > 0 && _sizes.TryGetValue(symbol, out var known))
        {
            return known;
        }

        if (symbol.Contains("past", StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }

        var isBatch = symbol.Contains("batch", StringComparison.OrdinalIgnoreCase) || (axis == 0 && input.Dimensions.Count > 1 && !IsSequence(symbol));
        return isBatch ? batch : sequence;
    }

    private static bool IsSequence(string symbol) =>
        symbol.Contains("seq", StringComparison.OrdinalIgnoreCase) || symbol.Contains("length", StringComparison.OrdinalIgnoreCase);
}
