using Microsoft.ML.OnnxRuntime;

namespace NativeSparse.Cli.Inputs;

/// <summary>One input of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">Its element type.</param>
/// <param name="Dimensions">Its dimensions; -1 where the size is open.</param>
/// <param name="Symbols">Name of each open dimension; empty where it has none or is fixed.</param>
internal sealed record ModelInput(string Name, string ElementType, IReadOnlyList<long> Dimensions, IReadOnlyList<string> Symbols)
{
    /// <summary>Whether the elements are floating-point numbers.</summary>
    public bool IsFloating => ElementType is "float32" or "float16" or "bfloat16" or "float64";

    /// <summary>The inputs (or outputs) of a session, in the model's order.</summary>
    public static IReadOnlyList<ModelInput> Of(IReadOnlyList<string> names, IReadOnlyDictionary<string, NodeMetadata> metadata) =>
    [
        .. names.Select(name => (Key: name, Value: metadata[name])).Select(entry => new ModelInput(
            entry.Key,
            entry.Value.IsTensor
                ? ElementNames.Name(entry.Value.ElementDataType, entry.Key)
                : throw new InputException($"graph input '{entry.Key}' is a {entry.Value.OnnxValueType}; only tensors can be given on the command line"),
            [.. entry.Value.Dimensions.Select(size => (long)size)],
            entry.Value.SymbolicDimensions)),
    ];

    /// <summary>Name, element type and shape of several inputs, one a line.</summary>
    public static string List(IEnumerable<ModelInput> inputs) => string.Join(Environment.NewLine, inputs.Select(input => $"  {input}"));

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name} {ElementType} [{string.Join(", ", Dimensions.Select((size, axis) => size >= 0 ? $"{size}" : Symbols[axis].Length > 0 ? Symbols[axis] : "?"))}]";
}
