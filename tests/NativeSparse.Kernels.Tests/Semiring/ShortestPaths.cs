namespace NativeSparse.Kernels.Tests;

/// <summary>Dijkstra's algorithm in float64, for costs that never make a path better as it grows.</summary>
internal static class ShortestPaths
{
    /// <param name="edges">The graph.</param>
    /// <param name="source">Where paths begin.</param>
    /// <param name="start">The cost of no step.</param>
    /// <param name="extend">A path's cost and a relation: the cost of the path with an edge of it.</param>
    /// <param name="unreached">The cost where there is no path.</param>
    /// <param name="isLess">Whether less is better.</param>
    public static double[] From(GraphEdges edges, int source, double start, Func<double, int, double> extend, double unreached, bool isLess)
    {
        var costs = Enumerable.Repeat(unreached, edges.TargetCount).ToArray();
        var outgoing = edges.Transpose();
        var queue = new PriorityQueue<int, double>();
        costs[source] = start;
        queue.Enqueue(source, isLess ? start : -start);
        var isDone = new bool[costs.Length];
        while (queue.TryDequeue(out var node, out _))
        {
            if (isDone[node])
            {
                continue;
            }

            isDone[node] = true;
            for (var edge = outgoing.Starts.Span[node]; edge < outgoing.Starts.Span[node + 1]; edge++)
            {
                var next = outgoing.Sources.Span[edge];
                var cost = extend(costs[node], outgoing.Relations.Span[edge]);
                if (isLess ? cost < costs[next] : cost > costs[next])
                {
                    costs[next] = cost;
                    queue.Enqueue(next, isLess ? cost : -cost);
                }
            }
        }

        return costs;
    }
}
