using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>A node with its values resolved.</summary>
internal sealed class GraphNode
{
    private readonly Dictionary<string, AttributeProto> _attributes = new(StringComparer.Ordinal);

    internal GraphNode(NodeProto proto, GraphScope scope, int position)
    {
        Proto = proto;
        Scope = scope;
        Position = position;
        Operator = proto.Domain is "" or "ai.onnx" ? proto.OpType : $"{proto.Domain}::{proto.OpType}";
        Inputs = new GraphValue?[proto.Input.Count];
        Outputs = new GraphValue?[proto.Output.Count];
        foreach (var attribute in proto.Attribute)
        {
            _attributes[attribute.Name] = attribute;
        }
    }

    /// <summary>The node in the model.</summary>
    internal NodeProto Proto { get; }

    /// <summary>The graph it belongs to.</summary>
    internal GraphScope Scope { get; }

    /// <summary>Its place in the order of the graph.</summary>
    internal int Position { get; }

    /// <summary>Operator, with <c>domain::</c> before it outside the standard domain.</summary>
    internal string Operator { get; }

    /// <summary>What it reads; null where an optional input is absent.</summary>
    internal GraphValue?[] Inputs { get; }

    /// <summary>What it writes; null where an optional output is absent.</summary>
    internal GraphValue?[] Outputs { get; }

    /// <summary>Its name, or its first output where it has none.</summary>
    internal string Name => Proto.Name.Length > 0 ? Proto.Name : Proto.Output.FirstOrDefault() ?? Operator;

    /// <summary>Input by index; null when absent.</summary>
    internal GraphValue? Input(int index) => index < Inputs.Length ? Inputs[index] : null;

    /// <summary>Output by index; null when absent.</summary>
    internal GraphValue? Output(int index) => index < Outputs.Length ? Outputs[index] : null;

    /// <summary>Whether an attribute is present.</summary>
    internal bool Has(string name) => _attributes.ContainsKey(name);

    /// <summary>An integer attribute.</summary>
    internal long Integer(string name, long absent) => _attributes.TryGetValue(name, out var attribute) ? attribute.I : absent;

    /// <summary>A float attribute.</summary>
    internal double Real(string name, double absent) => _attributes.TryGetValue(name, out var attribute) ? attribute.F : absent;

    /// <summary>A string attribute.</summary>
    internal string Text(string name, string absent) => _attributes.TryGetValue(name, out var attribute) ? attribute.S.ToStringUtf8() : absent;

    /// <summary>A list of integers; null when absent.</summary>
    internal IReadOnlyList<long>? Integers(string name) => _attributes.TryGetValue(name, out var attribute) ? attribute.Ints : null;

    /// <summary>A list of floats; null when absent.</summary>
    internal IReadOnlyList<float>? Reals(string name) => _attributes.TryGetValue(name, out var attribute) ? attribute.Floats : null;

    /// <summary>The tensor a Constant node holds, whichever attribute it is in; null when there is none.</summary>
    internal TensorProto? ConstantTensor()
    {
        if (_attributes.TryGetValue("value", out var value) && value.T is not null)
        {
            return value.T;
        }

        var name = Proto.Output.FirstOrDefault() ?? "";
        if (_attributes.TryGetValue("value_float", out value))
        {
            return new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Float, FloatData = { value.F } };
        }

        if (_attributes.TryGetValue("value_int", out value))
        {
            return new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Int64, Int64Data = { value.I } };
        }

        if (_attributes.TryGetValue("value_floats", out value))
        {
            return new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Float, Dims = { value.Floats.Count }, FloatData = { value.Floats } };
        }

        return _attributes.TryGetValue("value_ints", out value)
            ? new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Int64, Dims = { value.Ints.Count }, Int64Data = { value.Ints } }
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Operator} {Name}";
}
