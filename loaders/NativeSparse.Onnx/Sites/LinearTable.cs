namespace NativeSparse.Onnx;

/// <summary>All linears of an index, by the value they write, and the constants looked up so far.</summary>
internal sealed class LinearTable
{
    private readonly Dictionary<GraphValue, Linear> _byOutput = [];
    private readonly Dictionary<GraphValue, ConstantValue?> _constants = [];

    internal LinearTable(GraphIndex index)
    {
        foreach (var scope in index.Scopes)
        {
            foreach (var node in scope.Nodes)
            {
                if (LinearReader.Read(node) is { } linear)
                {
                    Add(linear);
                }
            }
        }

        var read = All.SelectMany(l => l.Nodes).ToHashSet();
        foreach (var node in index.Scopes.SelectMany(s => s.Nodes).Where(n => !read.Contains(n)))
        {
            if (UnreadLinear.Read(node) is { } linear)
            {
                Add(linear);
            }
        }
    }

    /// <summary>The linears in graph order, those that are not read at the end.</summary>
    internal List<Linear> All { get; } = [];

    /// <summary>The linear that writes a value; null when none does.</summary>
    internal Linear? At(GraphValue value) => _byOutput.GetValueOrDefault(value);

    /// <summary>The constant a value is; null when it is none.</summary>
    internal ConstantValue? Constant(GraphValue value)
    {
        if (!_constants.TryGetValue(value, out var constant))
        {
            constant = ConstantValue.Resolve(value);
            _constants.Add(value, constant);
        }

        return constant;
    }

    private void Add(Linear linear)
    {
        All.Add(linear);
        _byOutput[linear.Output] = linear;
    }
}
