namespace NativeSparse.Kernels.Tests;

/// <summary>Edges of a graph with a loop at each node, weighted so that sums over neighbours keep their size.</summary>
internal static class Normalization
{
    /// <summary>
    /// D^-1/2 (A + I) D^-1/2: a loop of weight 1 for each node that has none, behind the other edges; weights divided by the roots of the weights
    /// that reach both ends.
    /// </summary>
    public static (int[] Sources, int[] Targets, float[] Weights) Symmetric(int nodes, int[] sources, int[] targets, float[]? weights)
    {
        weights ??= [.. Enumerable.Repeat(1f, sources.Length)];
        var loops = Enumerable.Repeat(1f, nodes).ToArray();
        var others = new List<int>();
        for (var edge = 0; edge < sources.Length; edge++)
        {
            if (sources[edge] == targets[edge])
            {
                loops[sources[edge]] = weights[edge];
            }
            else
            {
                others.Add(edge);
            }
        }

        int[] from = [.. others.Select(edge => sources[edge]), .. Enumerable.Range(0, nodes)];
        int[] to = [.. others.Select(edge => targets[edge]), .. Enumerable.Range(0, nodes)];
        float[] own = [.. others.Select(edge => weights[edge]), .. loops];
        var degrees = new double[nodes];
        for (var edge = 0; edge < to.Length; edge++)
        {
            degrees[to[edge]] += own[edge];
        }

        double Root(int node) => degrees[node] > 0 ? 1 / Math.Sqrt(degrees[node]) : 0;
        return (from, to, [.. own.Select((weight, edge) => (float)(Root(from[edge]) * weight * Root(to[edge])))]);
    }
}
