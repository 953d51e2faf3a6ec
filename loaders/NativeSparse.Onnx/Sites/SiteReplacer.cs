using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>
/// Puts one node in the place of a site. The node works on float32 with the features on the last axis; what the graph has otherwise is
/// converted before and after it: Cast, Transpose (Einsum where the rank is not known) and the movements that lay between the linears.
/// </summary>
internal sealed class SiteReplacer
{
    private readonly ModelProto _model;
    private readonly SitePlacement _plan;
    private readonly NodeBuilder _builder;
    private readonly LayoutWriter _layout;
    private readonly Dictionary<int, string> _stages = [];
    private string _result = "";

    private SiteReplacer(ModelProto model, SitePlacement plan, NodeBuilder builder)
    {
        _model = model;
        _plan = plan;
        _builder = builder;
        _layout = new LayoutWriter(builder, plan.OutputWidth);
    }

    private int LastBetween => _plan.Between.Count;

    /// <summary>Replaces a site.</summary>
    /// <exception cref="ArgumentException">The site is not (or no longer) in the model, or the node's names or attributes do not do.</exception>
    internal static void Replace(ModelProto model, SitePlacement plan, ReplacementNode replacement)
    {
        var index = GraphIndex.Build(model);
        var scope = index.Scopes.FirstOrDefault(s => ReferenceEquals(s.Proto, plan.Graph));
        var last = scope?.Nodes.Find(n => ReferenceEquals(n.Proto, plan.Last))
            ?? throw new ArgumentException($"the site that writes '{plan.Output.Name}' is not in this model, or was replaced already");

        var builder = new NodeBuilder(model, index, replacement.Name);
        var node = MakeNode(model, replacement, builder);
        var replacer = new SiteReplacer(model, plan, builder);
        replacer.Build(node);
        replacer.Swap(last);
        GraphSorter.Sort(plan.Graph, null);
    }

    /// <summary>The node without its input and outputs; its constants and the import of its domain are put into the model.</summary>
    /// <exception cref="ArgumentException">A name is taken, or an attribute has a type that there is not.</exception>
    internal static NodeProto MakeNode(ModelProto model, ReplacementNode replacement, NodeBuilder builder)
    {
        var node = new NodeProto { Domain = replacement.Domain, OpType = replacement.OpType, Name = replacement.Name };
        node.Attribute.AddRange(replacement.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => NodeBuilder.Attribute(a.Key, a.Value)));
        node.Input.Add("");
        var tensors = new List<TensorProto>();
        foreach (var constant in replacement.Constants)
        {
            var name = constant is null ? "" : $"{replacement.Name}.{constant.Name}";
            if (constant is not null)
            {
                builder.RequireNew(name);
                tensors.Add(TensorWriter.ToProto(constant, name));
            }

            node.Input.Add(name);
        }

        while (node.Input.Count > 1 && node.Input[^1].Length == 0)
        {
            node.Input.RemoveAt(node.Input.Count - 1);
        }

        model.Graph.Initializer.AddRange(tensors);
        if (model.OpsetImport.All(o => o.Domain != replacement.Domain))
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = replacement.Domain, Version = replacement.DomainVersion });
        }

        return node;
    }

    private void Build(NodeProto node)
    {
        var input = _plan.Input.Name;
        if (_plan.Input.Type != "float32")
        {
            input = _layout.Cast(input, "float32");
        }

        input = _layout.Move(input, _plan.Input.Axis, -1, _plan.Input.Rank);
        _result = _builder.Fresh("rows");
        node.Input[0] = input;
        node.Output.Add(_result);
        _builder.Nodes.Add(node);

        var value = _plan.BetweenCancels || LastBetween == 0 ? _result : _layout.Move(Stage(LastBetween), _plan.DownAxes.From, -1, _plan.DownAxes.Rank);
        value = _layout.Move(value, -1, _plan.DownAxes.To, _plan.DownAxes.Rank);
        _stages[LastBetween + 1] = value;
        for (var i = 0; i < _plan.After.Count; i++)
        {
            value = _layout.Repeat(_plan.After[i], value);
            _stages[LastBetween + 2 + i] = value;
        }

        if (_plan.Output.Type != "float32")
        {
            value = _layout.Cast(value, _plan.Output.Type);
        }

        Rename(value, _plan.Output.Name);
    }

    /// <summary>Gives the network's output the name that its readers know.</summary>
    private void Rename(string from, string to)
    {
        foreach (var node in _builder.Nodes)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = node.Input[i] == from ? to : node.Input[i];
            }

            for (var i = 0; i < node.Output.Count; i++)
            {
                node.Output[i] = node.Output[i] == from ? to : node.Output[i];
            }
        }

        foreach (var (stage, name) in _stages.ToList())
        {
            _stages[stage] = name == from ? to : name;
        }

        _result = _result == from ? to : _result;
    }

    /// <summary>The new node's output in the layout that a stage had.</summary>
    private string Stage(int stage)
    {
        if (!_stages.TryGetValue(stage, out var name))
        {
            name = stage == 0 ? _layout.Move(_result, -1, _plan.UpAxis, _plan.UpRank) : _layout.Repeat(_plan.Between[stage - 1], Stage(stage - 1));
            _stages.Add(stage, name);
        }

        return name;
    }

    /// <summary>Puts the new nodes in and takes the site's nodes out, those excepted whose values others read.</summary>
    private void Swap(GraphNode last)
    {
        var inside = new HashSet<NodeProto>(_plan.Nodes, ReferenceEqualityComparer.Instance);
        var kept = ReadFromOutside(last, inside);
        var removed = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in last.Scope.Nodes.Where(n => inside.Contains(n.Proto) && !kept.Contains(n)))
        {
            removed.Add(node.Proto);
            foreach (var output in node.Outputs)
            {
                if (output is not null && output.Name != _plan.Output.Name && _plan.Inner.TryGetValue(output.Name, out var inner))
                {
                    foreach (var reader in output.Consumers.Where(c => !inside.Contains(c.Proto)))
                    {
                        FollowShape(reader, inner.Stage, inner.Width);
                    }
                }
            }
        }

        for (var i = 0; i < last.Proto.Output.Count; i++)
        {
            last.Proto.Output[i] = _builder.Fresh("replaced");
        }

        var nodes = _plan.Graph.Node.ToList();
        nodes.InsertRange(nodes.FindIndex(n => ReferenceEquals(n, last.Proto)) + 1, _builder.Nodes);
        _plan.Graph.Node.Clear();
        _plan.Graph.Node.AddRange(nodes);

        var index = GraphIndex.Build(_model);
        var scope = index.Scopes.First(s => ReferenceEquals(s.Proto, _plan.Graph));
        var added = new HashSet<NodeProto>(_builder.Nodes, ReferenceEqualityComparer.Instance);
        GraphSweep.Remove(scope.Nodes.Where(n => removed.Contains(n.Proto)), scope.Nodes.Where(n => added.Contains(n.Proto)));
    }

    /// <summary>The site's nodes that must stay because something outside reads their elements.</summary>
    internal static HashSet<GraphNode> ReadFromOutside(GraphNode last, HashSet<NodeProto> inside)
    {
        var kept = new HashSet<GraphNode>();
        var open = new Stack<GraphNode>(last.Scope.Nodes.Where(n =>
            inside.Contains(n.Proto) && !ReferenceEquals(n, last)
            && n.Outputs.Any(o => o is not null && (o.IsGraphOutput || o.Consumers.Exists(c => !inside.Contains(c.Proto) && !ShapeReaders.Contains(c))))));
        while (open.TryPop(out var node))
        {
            if (kept.Add(node))
            {
                foreach (var input in node.Inputs)
                {
                    if (input?.Producer is { } producer && inside.Contains(producer.Proto))
                    {
                        open.Push(producer);
                    }
                }
            }
        }

        return kept;
    }

    /// <summary>Lets a Shape node that read an inner value read the same layout of the new node's output, with the inner width put in.</summary>
    private void FollowShape(GraphNode reader, int stage, long width)
    {
        if (width == _plan.OutputWidth)
        {
            reader.Proto.Input[0] = Stage(stage);
            return;
        }

        var whole = _layout.Ending(_builder.Add("Shape", [Stage(stage)]), width);
        var start = reader.Integer("start", 0);
        var end = reader.Integer("end", long.MaxValue);
        reader.Proto.OpType = "Slice";
        reader.Proto.Attribute.Clear();
        reader.Proto.Input.Clear();
        reader.Proto.Input.AddRange([whole, _builder.Integers(start), _builder.Integers(end), _builder.Integers(0)]);
    }
}
