using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>Makes nodes and constants with names that are new in a model.</summary>
internal sealed class NodeBuilder
{
    private readonly ModelProto _model;
    private readonly UniqueNames _names;
    private readonly GraphIndex _index;
    private readonly string _prefix;

    internal NodeBuilder(ModelProto model, GraphIndex index, string prefix)
    {
        _model = model;
        _names = new UniqueNames(model.Graph);
        _index = index;
        _prefix = prefix;
    }

    /// <summary>The nodes made so far, in order.</summary>
    internal List<NodeProto> Nodes { get; } = [];

    /// <summary>A name that is new in the model.</summary>
    internal string Fresh(string suffix) => _names.Create(_prefix, suffix);

    /// <summary>Makes sure that no graph has a value of a name.</summary>
    /// <exception cref="ArgumentException">One has.</exception>
    internal void RequireNew(string name)
    {
        if (_index.Scopes.Any(s => s.Values.ContainsKey(name)))
        {
            throw new ArgumentException($"the model already has a value '{name}': give the replacement node another name");
        }
    }

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    internal string Add(string operation, IEnumerable<string> inputs, string? output = null, params AttributeProto[] attributes)
    {
        var name = output ?? Fresh(operation.ToLowerInvariant());
        Nodes.Add(new NodeProto { OpType = operation, Name = $"{name}/{operation}", Input = { inputs }, Output = { name }, Attribute = { attributes } });
        return name;
    }

    /// <summary>Adds an int64 initializer to the main graph and returns its name.</summary>
    internal string Integers(params long[] values)
    {
        var name = Fresh("integers");
        _model.Graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Int64,
            Dims = { values.Length },
            Int64Data = { values },
        });
        return name;
    }

    /// <summary>An integer attribute.</summary>
    internal static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>A list attribute.</summary>
    internal static AttributeProto Attribute(string name, IEnumerable<long> values) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    /// <summary>A string attribute.</summary>
    internal static AttributeProto Attribute(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    /// <summary>An attribute from a string, long or float.</summary>
    /// <exception cref="ArgumentException">The value is of another type.</exception>
    internal static AttributeProto Attribute(string name, object value) => value switch
    {
        string text => Attribute(name, text),
        long integer => Attribute(name, integer),
        float real => new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = real },
        _ => throw new ArgumentException($"attribute '{name}' is a {value?.GetType().Name ?? "null"}; expected string, long or float"),
    };
}
