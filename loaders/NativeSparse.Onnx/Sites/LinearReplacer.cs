using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>Puts one node with an output for each linear in the place of linears that read one value; Casts are put around it where values are not float32.</summary>
internal static class LinearReplacer
{
    private const string Float32 = "float32";

    /// <summary>Replaces them.</summary>
    /// <exception cref="ArgumentException">They are not (or no longer) in the model, or the node's names or attributes do not do.</exception>
    internal static void Replace(ModelProto model, LinearPlacement plan, ReplacementNode replacement)
    {
        var index = GraphIndex.Build(model);
        var scope = index.Scopes.FirstOrDefault(s => ReferenceEquals(s.Proto, plan.Graph));
        List<GraphNode> last =
        [
            .. plan.Parts.Select(part => scope?.Nodes.Find(n => ReferenceEquals(n.Proto, part.Last))
                ?? throw new ArgumentException($"the linear that writes '{part.Output}' is not in this model, or was replaced already")),
        ];
        var builder = new NodeBuilder(model, index, replacement.Name);
        var node = SiteReplacer.MakeNode(model, replacement, builder);
        var layout = new LayoutWriter(builder, 0);
        node.Input[0] = plan.Type == Float32 ? plan.Input : layout.Cast(plan.Input, Float32);
        builder.Nodes.Add(node);
        foreach (var (_, _, output) in plan.Parts)
        {
            var written = plan.Type == Float32 ? output : builder.Fresh("product");
            node.Output.Add(written);
            if (written != output)
            {
                builder.Add("Cast", [written], output, NodeBuilder.Attribute("to", (long)ElementTypes.Parse(plan.Type)));
            }
        }

        Swap(model, plan, last, builder);
        GraphSorter.Sort(plan.Graph, null);
    }

    /// <summary>Puts the new nodes in and takes the linears out, those nodes excepted whose values others read.</summary>
    private static void Swap(ModelProto model, LinearPlacement plan, List<GraphNode> last, NodeBuilder builder)
    {
        var nodes = last[0].Scope.Nodes;
        var removed = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var (own, lastNode, output) in plan.Parts)
        {
            var inside = new HashSet<NodeProto>(own, ReferenceEqualityComparer.Instance);
            var end = last.Find(n => ReferenceEquals(n.Proto, lastNode))!;
            var kept = SiteReplacer.ReadFromOutside(end, inside);
            foreach (var node in nodes.Where(n => inside.Contains(n.Proto) && !kept.Contains(n)))
            {
                removed.Add(node.Proto);

                // All values from the product to its bias have the shape of the output.
                foreach (var reader in node.Outputs.OfType<GraphValue>().Where(v => v.Name != output).SelectMany(v => v.Consumers).Where(c => !inside.Contains(c.Proto)))
                {
                    reader.Proto.Input[0] = output;
                }
            }

            for (var i = 0; i < lastNode.Output.Count; i++)
            {
                lastNode.Output[i] = builder.Fresh("replaced");
            }
        }

        var all = plan.Graph.Node.ToList();
        all.InsertRange(all.FindIndex(n => ReferenceEquals(n, plan.Parts[0].Last)) + 1, builder.Nodes);
        plan.Graph.Node.Clear();
        plan.Graph.Node.AddRange(all);

        var scope = GraphIndex.Build(model).Scopes.First(s => ReferenceEquals(s.Proto, plan.Graph));
        var added = new HashSet<NodeProto>(builder.Nodes, ReferenceEqualityComparer.Instance);
        GraphSweep.Remove(scope.Nodes.Where(n => removed.Contains(n.Proto)), scope.Nodes.Where(n => added.Contains(n.Proto)));
    }
}
