using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inputs;

/// <summary>Fills the inputs of a transformer graph that follow from the others: mask, positions, token types, an empty past.</summary>
/// <param name="inputs">The graph's inputs.</param>
internal sealed class InputCompletion(IReadOnlyList<ModelInput> inputs)
{
    private const string Mask = "attention_mask";
    private const string Positions = "position_ids";
    private const string TokenTypes = "token_type_ids";
    private const string CacheBranch = "use_cache_branch";
    private const string PastPrefix = "past";

    /// <summary>
    /// The given tensors with those that follow from them, in the graph's order; what was filled is added to <paramref name="filled"/>.
    /// Inputs that do not follow are not in the answer.
    /// </summary>
    /// <exception cref="InputException">A given tensor is not an input, or does not fit.</exception>
    public Dictionary<string, ConstantTensor> Complete(
        IReadOnlyDictionary<string, ConstantTensor> given, DimensionSizes sizes, ISet<string> filled)
    {
        Check(given, sizes);
        var complete = new Dictionary<string, ConstantTensor>();
        foreach (var input in inputs)
        {
            if (given.TryGetValue(input.Name, out var tensor))
            {
                complete[input.Name] = tensor;
            }
            else if (Usual(input, sizes) is { } usual)
            {
                complete[input.Name] = usual;
                filled.Add(Description(input.Name));
            }
        }

        return complete;
    }

    /// <summary>Checks given tensors against the inputs and learns the open dimensions from them.</summary>
    /// <exception cref="InputException">A given tensor is not an input, or does not fit.</exception>
    public void Check(IReadOnlyDictionary<string, ConstantTensor> given, DimensionSizes sizes)
    {
        if (given.Keys.FirstOrDefault(name => inputs.All(input => input.Name != name)) is { } unknown)
        {
            throw new InputException($"'{unknown}' is no input of the model, which has:{Environment.NewLine}{ModelInput.List(inputs)}");
        }

        foreach (var input in inputs.Where(input => given.ContainsKey(input.Name)))
        {
            sizes.Learn(input, given[input.Name]);
        }
    }

    private static string Description(string name) => name switch
    {
        Mask => "attention_mask with ones",
        Positions => "position_ids with 0, 1, 2, ...",
        TokenTypes => "token_type_ids with zeros",
        CacheBranch => "use_cache_branch with false",
        _ => "the past inputs with nothing",
    };

    private static ConstantTensor? Usual(ModelInput input, DimensionSizes sizes)
    {
        var isPast = input.Name.StartsWith(PastPrefix, StringComparison.Ordinal);
        if (!isPast && input.Name is not (Mask or Positions or TokenTypes or CacheBranch))
        {
            return null;
        }

        if (sizes.Resolve(input) is not { } shape || (isPast && shape.All(size => size > 0)))
        {
            return null;
        }

        var count = shape.Aggregate(1L, (product, size) => checked(product * size));
        return input.Name switch
        {
            Mask => Fill(input, shape, count, _ => 1),
            Positions => Fill(input, shape, count, index => index % Math.Max(1, shape[^1])),
            _ => new ConstantTensor(input.Name, input.ElementType, shape, new byte[count * ElementNames.Size(input.ElementType, input.Name)]),
        };
    }

    private static ConstantTensor Fill(ModelInput input, long[] shape, long count, Func<long, long> value)
    {
        var values = new long[count];
        for (var index = 0L; index < count; index++)
        {
            values[index] = value(index);
        }

        return IntegerTensors.Create(input, values, shape);
    }
}
