using NativeSparse.Onnx.Protobuf;
using AttributeType = NativeSparse.Onnx.Protobuf.AttributeProto.Types.AttributeType;

namespace NativeSparse.Onnx;

/// <summary>One call of a function: copies the function's nodes with the caller's values and attributes in place of the formal ones.</summary>
internal sealed class FunctionExpansion
{
    private readonly NodeProto _call;
    private readonly FunctionProto _function;
    private readonly UniqueNames _names;
    private readonly ExpansionBudget _budget;
    private readonly string? _path;
    private readonly string _prefix;
    private readonly ValueScope _scope = new(null);
    private readonly List<(string From, string To)> _copies = [];

    /// <summary>Binds the formal inputs and outputs.</summary>
    /// <exception cref="ModelFormatException">A call with too many values, an output that nothing produces, or a value defined twice.</exception>
    internal FunctionExpansion(NodeProto call, FunctionProto function, UniqueNames names, ExpansionBudget budget, string? path)
    {
        _call = call;
        _function = function;
        _names = names;
        _budget = budget;
        _path = path;
        _prefix = GraphSorter.Label(call);
        if (call.Input.Count > function.Input.Count || call.Output.Count > function.Output.Count)
        {
            throw Error($"is called with {call.Input.Count} inputs and {call.Output.Count} outputs, but has {function.Input.Count} and {function.Output.Count}");
        }

        for (var i = 0; i < function.Input.Count; i++)
        {
            Define(function.Input[i], i < call.Input.Count ? call.Input[i] : "");
        }

        BindOutputs();
    }

    /// <summary>A node of the function's body as it stands in the caller's graph.</summary>
    /// <exception cref="ModelFormatException">It reads a value that the function does not define, or an attribute of another type.</exception>
    internal NodeProto Rewrite(NodeProto node)
    {
        var copy = node.Clone();
        Rename(copy, _scope);
        return copy;
    }

    /// <summary>Identity nodes for outputs that are inputs, or that repeat an output.</summary>
    internal IEnumerable<NodeProto> Copies()
    {
        foreach (var (from, to) in _copies)
        {
            var node = new NodeProto { OpType = "Identity", Name = _names.Create(_prefix, "Identity") };
            node.Input.Add(from);
            node.Output.Add(to);
            yield return node;
        }
    }

    private void BindOutputs()
    {
        var produced = _function.Node.SelectMany(node => node.Output).Where(output => output.Length > 0).ToHashSet(StringComparer.Ordinal);
        var inputs = _function.Input.ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < _function.Output.Count; i++)
        {
            var formal = _function.Output[i];
            var actual = i < _call.Output.Count ? _call.Output[i] : "";
            if (!produced.Contains(formal) && !inputs.Contains(formal))
            {
                throw Error($"has output '{formal}' that none of its nodes produces");
            }

            if (actual.Length == 0)
            {
                continue;
            }

            if (_scope.Find(formal) is not { } bound)
            {
                _scope.Add(formal, actual);
            }
            else if (bound.Length > 0)
            {
                _copies.Add((bound, actual));
            }
            else
            {
                throw Error($"passes its input '{formal}' on as an output, but the call leaves it out");
            }
        }

        var outputs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var output in _function.Node.SelectMany(node => node.Output).Where(output => output.Length > 0))
        {
            if (inputs.Contains(output) || !outputs.Add(output))
            {
                throw Error($"defines value '{output}' twice");
            }

            if (_scope.Find(output) is null)
            {
                _scope.Add(output, _names.Create(_prefix, output));
            }
        }
    }

    private void Define(string formal, string actual)
    {
        if (!_scope.Add(formal, actual))
        {
            throw Error($"defines value '{formal}' twice");
        }
    }

    private void Rename(NodeProto node, ValueScope scope)
    {
        node.Name = _names.Create(_prefix, node.Name.Length > 0 ? node.Name : node.OpType);
        for (var i = 0; i < node.Input.Count; i++)
        {
            node.Input[i] = Resolve(node.Input[i], scope);
        }

        for (var i = 0; i < node.Output.Count; i++)
        {
            node.Output[i] = Resolve(node.Output[i], scope);
        }

        for (var i = node.Attribute.Count - 1; i >= 0; i--)
        {
            var attribute = node.Attribute[i];
            if (attribute.RefAttrName.Length > 0)
            {
                Substitute(node, i);
                continue;
            }

            if (attribute.G is not null)
            {
                Rename(attribute.G, scope);
            }

            foreach (var graph in attribute.Graphs)
            {
                Rename(graph, scope);
            }
        }
    }

    private void Rename(GraphProto graph, ValueScope outer)
    {
        var scope = new ValueScope(outer);
        var sparse = graph.SparseInitializer.Select(tensor => tensor.Values).OfType<TensorProto>();
        var tensors = graph.Initializer.Concat(sparse).ToList();
        var given = graph.Input.Select(input => input.Name).Concat(tensors.Select(tensor => tensor.Name));
        foreach (var name in given.Concat(graph.Node.SelectMany(node => node.Output)).Where(name => name.Length > 0))
        {
            if (!scope.Defines(name))
            {
                scope.Add(name, _names.Create(_prefix, name));
            }
        }

        foreach (var tensor in tensors)
        {
            tensor.Name = Resolve(tensor.Name, scope);
        }

        for (var i = graph.ValueInfo.Count - 1; i >= 0; i--)
        {
            if (!scope.Defines(graph.ValueInfo[i].Name))
            {
                graph.ValueInfo.RemoveAt(i);
            }
        }

        foreach (var value in graph.Input.Concat(graph.Output).Concat(graph.ValueInfo))
        {
            value.Name = Resolve(value.Name, scope);
        }

        foreach (var node in graph.Node)
        {
            Rename(node, scope);
        }
    }

    private void Substitute(NodeProto node, int index)
    {
        var wanted = node.Attribute[index];
        var given = _call.Attribute.FirstOrDefault(attribute => attribute.Name == wanted.RefAttrName)
            ?? _function.AttributeProto.FirstOrDefault(attribute => attribute.Name == wanted.RefAttrName);
        if (given is null)
        {
            node.Attribute.RemoveAt(index);
            return;
        }

        if (wanted.Type != AttributeType.Undefined && given.Type != AttributeType.Undefined && wanted.Type != given.Type)
        {
            throw Error($"wants attribute '{wanted.RefAttrName}' as {wanted.Type}, the call gives {given.Type}");
        }

        _budget.Spend(given, _prefix);
        var value = given.Clone();
        value.Name = wanted.Name;
        node.Attribute[index] = value;
    }

    private string Resolve(string name, ValueScope scope) =>
        name.Length == 0 ? "" : scope.Find(name) ?? throw Error($"reads value '{name}', which it does not define");

    private ModelFormatException Error(string what) =>
        new($"function '{_function.Domain}::{_function.Name}', called by node '{_prefix}', {what}", _path, _prefix);
}
