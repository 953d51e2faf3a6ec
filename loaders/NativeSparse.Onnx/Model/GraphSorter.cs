using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>
/// Puts the nodes of a graph and of its subgraphs into topological order. Stable: among the nodes that are ready, the one that came
/// first in the file comes first, so a sorted graph is left as it is. A value that a subgraph takes from outside is an input of the
/// node that owns the subgraph.
/// </summary>
internal static class GraphSorter
{
    /// <summary>Graphs deeper than this could not be written: the wire format's readers stop at 100 nested messages, three per graph.</summary>
    internal const int MaximumDepth = 32;

    /// <summary>Sorts in place.</summary>
    /// <exception cref="ModelFormatException">A cycle, a value with two producers, or subgraphs that nest too deep.</exception>
    internal static void Sort(GraphProto graph, string? path) => SortAndCapture(graph, path, 1);

    /// <summary>The name a message calls a node by: its own, else its first output.</summary>
    internal static string Label(NodeProto node) =>
        node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault(output => output.Length > 0) ?? node.OpType;

    private static HashSet<string> SortAndCapture(GraphProto graph, string? path, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new ModelFormatException($"subgraphs nest deeper than {MaximumDepth}", path, graph.Name);
        }

        var given = Given(graph);
        var producers = Producers(graph, given, path);
        var captured = new HashSet<string>(StringComparer.Ordinal);
        var sources = new List<int>[graph.Node.Count];
        for (var i = 0; i < sources.Length; i++)
        {
            var node = graph.Node[i];
            sources[i] = [];
            foreach (var name in node.Input.Concat(GraphWalk.Subgraphs(node).SelectMany(inner => SortAndCapture(inner, path, depth + 1))))
            {
                if (producers.TryGetValue(name, out var producer))
                {
                    sources[i].Add(producer);
                }
                else if (name.Length > 0 && !given.Contains(name))
                {
                    captured.Add(name);
                }
            }
        }

        foreach (var output in graph.Output)
        {
            if (!producers.ContainsKey(output.Name) && !given.Contains(output.Name))
            {
                captured.Add(output.Name);
            }
        }

        Reorder(graph, sources, path);
        return captured;
    }

    private static HashSet<string> Given(GraphProto graph)
    {
        var given = new HashSet<string>(graph.Input.Select(input => input.Name), StringComparer.Ordinal);
        given.UnionWith(graph.Initializer.Select(tensor => tensor.Name));
        given.UnionWith(graph.SparseInitializer.Select(tensor => tensor.Values?.Name ?? ""));
        return given;
    }

    private static Dictionary<string, int> Producers(GraphProto graph, HashSet<string> given, string? path)
    {
        var producers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < graph.Node.Count; i++)
        {
            foreach (var output in graph.Node[i].Output)
            {
                if (output.Length > 0 && (given.Contains(output) || !producers.TryAdd(output, i)))
                {
                    throw new ModelFormatException(
                        $"value '{output}' is defined twice: by node '{Label(graph.Node[i])}' and before it", path, Label(graph.Node[i]));
                }
            }
        }

        return producers;
    }

    private static void Reorder(GraphProto graph, List<int>[] sources, string? path)
    {
        var sorted = true;
        for (var i = 0; i < sources.Length && sorted; i++)
        {
            sorted = sources[i].TrueForAll(source => source < i);
        }

        if (sorted)
        {
            return;
        }

        var waiting = new int[sources.Length];
        var readers = new List<int>?[sources.Length];
        var ready = new PriorityQueue<int, int>();
        for (var i = 0; i < sources.Length; i++)
        {
            waiting[i] = sources[i].Count;
            foreach (var source in sources[i])
            {
                (readers[source] ??= []).Add(i);
            }

            if (waiting[i] == 0)
            {
                ready.Enqueue(i, i);
            }
        }

        var order = new List<NodeProto>(sources.Length);
        while (ready.TryDequeue(out var index, out _))
        {
            order.Add(graph.Node[index]);
            foreach (var reader in readers[index] ?? [])
            {
                if (--waiting[reader] == 0)
                {
                    ready.Enqueue(reader, reader);
                }
            }
        }

        if (order.Count < sources.Length)
        {
            throw Cycle(graph, sources, waiting, path);
        }

        graph.Node.Clear();
        graph.Node.AddRange(order);
    }

    private static ModelFormatException Cycle(GraphProto graph, List<int>[] sources, int[] waiting, string? path)
    {
        // Every waiting node has a waiting source: walking back must come round.
        var seen = new Dictionary<int, int>();
        var walk = new List<int>();
        var at = Array.FindIndex(waiting, count => count > 0);
        while (seen.TryAdd(at, walk.Count))
        {
            walk.Add(at);
            at = sources[at].Find(source => waiting[source] > 0);
        }

        var names = walk.Skip(seen[at]).Reverse().Select(index => Label(graph.Node[index])).ToList();
        var shown = string.Join(" -> ", names.Take(8)) + (names.Count > 8 ? " -> ..." : "");
        return new ModelFormatException($"the graph has a cycle through node '{names[0]}' ({shown})", path, names[0]);
    }
}
