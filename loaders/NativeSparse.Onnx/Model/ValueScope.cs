namespace NativeSparse.Onnx;

/// <summary>New names of the values of one graph or function body; what it does not define, an outer scope may.</summary>
internal sealed class ValueScope(ValueScope? outer)
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Defines a value; false when this scope has it already.</summary>
    internal bool Add(string name, string newName) => _names.TryAdd(name, newName);

    /// <summary>Whether this scope itself defines a value.</summary>
    internal bool Defines(string name) => _names.ContainsKey(name);

    /// <summary>The new name, from the innermost scope that defines it; null when none does.</summary>
    internal string? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._names.TryGetValue(name, out var found))
            {
                return found;
            }
        }

        return null;
    }

    private ValueScope? Outer { get; } = outer;
}
