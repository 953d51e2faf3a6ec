using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>The functions of a model, found by the node that calls them.</summary>
internal sealed class FunctionTable
{
    private readonly Dictionary<(string Domain, string Name, string Overload), FunctionProto> _functions = [];
    private readonly List<FunctionProto> _called = [];
    private readonly string? _path;

    /// <summary>Collects the functions and walks the calls from the graph.</summary>
    /// <exception cref="ModelFormatException">Two functions with one name, or a function that calls itself.</exception>
    internal FunctionTable(ModelProto model, string? path)
    {
        _path = path;
        foreach (var function in model.Functions)
        {
            if (!_functions.TryAdd((Domain(function.Domain), function.Name, function.Overload), function))
            {
                throw new ModelFormatException($"function '{Label(function)}' is defined twice", path, Label(function));
            }
        }

        var done = new HashSet<FunctionProto>(ReferenceEqualityComparer.Instance);
        Visit(Calls(GraphWalk.Graphs(model.Graph).SelectMany(graph => graph.Node)), done, []);
    }

    /// <summary>The standard domain has two spellings.</summary>
    internal static string Domain(string domain) => domain == "ai.onnx" ? "" : domain;

    /// <summary>The function a node calls, or null when it is an operator.</summary>
    internal FunctionProto? Find(NodeProto node) => _functions.GetValueOrDefault((Domain(node.Domain), node.OpType, node.Overload));

    /// <summary>Adds the opsets that the called functions need and the model does not import yet.</summary>
    /// <exception cref="ModelFormatException">A function uses a domain at another version than the model.</exception>
    internal void MergeOpsets(ModelProto model)
    {
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var import in model.OpsetImport)
        {
            versions.TryAdd(Domain(import.Domain), import.Version);
        }

        foreach (var function in _called)
        {
            var used = Nodes(function).Where(node => Find(node) is null).Select(node => Domain(node.Domain)).ToHashSet(StringComparer.Ordinal);
            foreach (var import in function.OpsetImport)
            {
                var domain = Domain(import.Domain);
                if (!used.Contains(domain))
                {
                    continue;
                }

                if (versions.TryAdd(domain, import.Version))
                {
                    model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = import.Version });
                }
                else if (versions[domain] != import.Version)
                {
                    throw new ModelFormatException(
                        $"function '{Label(function)}' uses domain '{(domain.Length == 0 ? "ai.onnx" : domain)}' at version {import.Version}, the model imports {versions[domain]}; convert the file to one opset first",
                        _path,
                        Label(function));
                }
            }
        }
    }

    /// <summary>What inlining may cost, with the calls counted.</summary>
    /// <exception cref="ModelFormatException">They come to more than the bounds.</exception>
    internal ExpansionBudget Budget(GraphProto graph)
    {
        var budget = new ExpansionBudget(_path);
        foreach (var function in _called)
        {
            budget.Add(function, Nodes(function), Find, Label(function));
        }

        budget.AddGraph(graph, Find);
        return budget;
    }

    private static string Label(FunctionProto function) => $"{function.Domain}::{function.Name}";

    private static IEnumerable<NodeProto> Nodes(FunctionProto function) =>
        function.Node.Concat(function.Node.SelectMany(GraphWalk.Subgraphs).SelectMany(GraphWalk.Graphs).SelectMany(graph => graph.Node));

    private IEnumerable<FunctionProto> Calls(IEnumerable<NodeProto> nodes) => nodes.Select(Find).OfType<FunctionProto>().Distinct();

    private void Visit(IEnumerable<FunctionProto> start, HashSet<FunctionProto> done, HashSet<FunctionProto> open)
    {
        // An explicit stack: a file may chain more functions than the thread's stack holds frames.
        var stack = new Stack<(FunctionProto? Function, IEnumerator<FunctionProto> Calls)>();
        stack.Push((null, start.GetEnumerator()));
        while (stack.TryPeek(out var top))
        {
            if (!top.Calls.MoveNext())
            {
                stack.Pop();
                if (top.Function is not null)
                {
                    open.Remove(top.Function);
                    done.Add(top.Function);
                    _called.Add(top.Function);
                }

                continue;
            }

            var function = top.Calls.Current;
            if (done.Contains(function))
            {
                continue;
            }

            if (!open.Add(function))
            {
                throw new ModelFormatException($"function '{Label(function)}' calls itself", _path, Label(function));
            }

            stack.Push((function, Calls(Nodes(function)).GetEnumerator()));
        }
    }
}
