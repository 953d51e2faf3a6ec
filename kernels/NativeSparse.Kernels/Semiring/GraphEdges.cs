using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>
/// The edges of a graph by the node that they lead to (CSR): those into target v are number <c>Starts[v]</c> up to <c>Starts[v + 1]</c>, each with
/// its source, a relation where there are any, and a weight where there are any. Sources and targets may be two kinds of nodes. Edges may repeat.
/// Immutable by convention.
/// </summary>
public sealed class GraphEdges
{
    /// <summary>Edges of a node that are one chain of a sum.</summary>
    internal const int SegmentEdges = 256;

    /// <param name="sourceCount">Nodes that edges come from.</param>
    /// <param name="targetCount">Nodes that edges lead to.</param>
    /// <param name="starts"><c>[targetCount + 1]</c>, from 0 up.</param>
    /// <param name="sources">One for each edge.</param>
    /// <param name="relationCount">R; 0 where edges have no relation.</param>
    /// <param name="relations">One for each edge, or none where R is 0.</param>
    /// <param name="weights">One for each edge, or none: all are 1.</param>
    /// <exception cref="ShapeMismatchException">A length does not match, starts fall, or an index is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public GraphEdges(
        int sourceCount,
        int targetCount,
        ReadOnlyMemory<int> starts,
        ReadOnlyMemory<int> sources,
        int relationCount = 0,
        ReadOnlyMemory<int> relations = default,
        ReadOnlyMemory<float> weights = default)
    {
        CheckCounts(sourceCount, targetCount, relationCount);
        CheckStarts(starts.Span, targetCount, sources.Length);
        CheckIndices(nameof(sources), sources.Span, sourceCount);
        CheckEach(sources.Length, relationCount, relations.Span, weights.Length);
        SourceCount = sourceCount;
        TargetCount = targetCount;
        RelationCount = relationCount;
        Starts = starts;
        Sources = sources;
        Relations = relations;
        Weights = weights;
    }

    /// <summary>Nodes that edges come from.</summary>
    public int SourceCount { get; }

    /// <summary>Nodes that edges lead to.</summary>
    public int TargetCount { get; }

    /// <summary>R; 0 where edges have no relation.</summary>
    public int RelationCount { get; }

    /// <summary>Edges.</summary>
    public int Count => Sources.Length;

    /// <summary><c>[TargetCount + 1]</c>: where the edges of each target begin.</summary>
    public ReadOnlyMemory<int> Starts { get; }

    /// <summary>Where each edge comes from.</summary>
    public ReadOnlyMemory<int> Sources { get; }

    /// <summary>Each edge's relation, or empty.</summary>
    public ReadOnlyMemory<int> Relations { get; }

    /// <summary>Each edge's weight, or empty: all are 1.</summary>
    public ReadOnlyMemory<float> Weights { get; }

    /// <summary>Edges in any order; those into one target keep the order in which they are given.</summary>
    /// <param name="sourceCount">Nodes that edges come from.</param>
    /// <param name="targetCount">Nodes that edges lead to.</param>
    /// <param name="sources">Where each edge comes from.</param>
    /// <param name="targets">Where each edge leads to.</param>
    /// <param name="relationCount">R; 0 where edges have no relation.</param>
    /// <param name="relations">One for each edge, or none where R is 0.</param>
    /// <param name="weights">One for each edge, or none: all are 1.</param>
    /// <exception cref="ShapeMismatchException">A length does not match, or an index is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static GraphEdges FromList(
        int sourceCount,
        int targetCount,
        ReadOnlySpan<int> sources,
        ReadOnlySpan<int> targets,
        int relationCount = 0,
        ReadOnlySpan<int> relations = default,
        ReadOnlySpan<float> weights = default)
    {
        CheckCounts(sourceCount, targetCount, relationCount);
        if (targets.Length != sources.Length)
        {
            throw new ShapeMismatchException(nameof(targets), $"{sources.Length} values, one for each edge", $"{targets.Length} values");
        }

        CheckIndices(nameof(targets), targets, targetCount);
        CheckEach(sources.Length, relationCount, relations, weights.Length);
        var starts = StartsOf(targets, targetCount);
        int[] next = [.. starts];
        var places = new int[sources.Length];
        for (var edge = 0; edge < places.Length; edge++)
        {
            places[next[targets[edge]]++] = edge;
        }

        return new GraphEdges(
            sourceCount, targetCount, starts, Order(sources, places), relationCount, Order(relations, places), Order(weights, places));
    }

    /// <summary>The same edges the other way round: those into a node, once its source, are in the order of their targets here.</summary>
    public GraphEdges Transpose() =>
        FromList(TargetCount, SourceCount, Targets(), Sources.Span, RelationCount, Relations.Span, Weights.Span);

    /// <summary>Edges of one source, target and relation become one, in the first one's place, whose weight is the sum of theirs.</summary>
    public GraphEdges MergeRepeated()
    {
        var targets = Targets();
        var places = new Dictionary<(int Source, int Target, int Relation), int>();
        var (kept, weights) = (new List<int>(), new List<float>());
        for (var edge = 0; edge < Count; edge++)
        {
            var weight = Weights.IsEmpty ? 1 : Weights.Span[edge];
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(
                places, (Sources.Span[edge], targets[edge], Relations.IsEmpty ? 0 : Relations.Span[edge]), out var isRepeated);
            if (isRepeated)
            {
                weights[place] += weight;
                continue;
            }

            place = kept.Count;
            kept.Add(edge);
            weights.Add(weight);
        }

        int[] order = [.. kept];
        return FromList(
            SourceCount, TargetCount, Order(Sources.Span, order), Order(targets, order), RelationCount, Order(Relations.Span, order), [.. weights]);
    }

    private int[] Targets()
    {
        var targets = new int[Count];
        for (var target = 0; target < TargetCount; target++)
        {
            targets.AsSpan(Starts.Span[target]..Starts.Span[target + 1]).Fill(target);
        }

        return targets;
    }

    private static int[] StartsOf(ReadOnlySpan<int> targets, int targetCount)
    {
        var starts = new int[targetCount + 1];
        foreach (var target in targets)
        {
            starts[target + 1]++;
        }

        for (var target = 0; target < targetCount; target++)
        {
            starts[target + 1] += starts[target];
        }

        return starts;
    }

    private static T[] Order<T>(ReadOnlySpan<T> values, int[] places)
    {
        if (values.IsEmpty)
        {
            return [];
        }

        var ordered = new T[places.Length];
        for (var i = 0; i < ordered.Length; i++)
        {
            ordered[i] = values[places[i]];
        }

        return ordered;
    }

    private static void CheckCounts(int sourceCount, int targetCount, int relationCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sourceCount);
        ArgumentOutOfRangeException.ThrowIfNegative(targetCount);
        ArgumentOutOfRangeException.ThrowIfNegative(relationCount);
    }

    private static void CheckStarts(ReadOnlySpan<int> starts, int targetCount, int edges)
    {
        if (starts.Length != targetCount + 1L || starts[0] != 0 || starts[^1] != edges)
        {
            throw new ShapeMismatchException(
                nameof(starts),
                $"{targetCount + 1L} values from 0 to {edges}",
                starts.IsEmpty ? "none" : $"{starts.Length} values from {starts[0]} to {starts[^1]}");
        }

        for (var target = 0; target < targetCount; target++)
        {
            if (starts[target] > starts[target + 1])
            {
                throw new ShapeMismatchException(nameof(starts), "values that do not fall", $"{starts[target + 1]} after {starts[target]}");
            }
        }
    }

    private static void CheckEach(int edges, int relationCount, ReadOnlySpan<int> relations, int weights)
    {
        var expected = relationCount == 0 ? 0 : edges;
        if (relations.Length != expected)
        {
            throw new ShapeMismatchException(nameof(relations), $"{expected} values with {relationCount} relations", $"{relations.Length} values");
        }

        CheckIndices(nameof(relations), relations, relationCount);
        if (weights != 0 && weights != edges)
        {
            throw new ShapeMismatchException(nameof(weights), $"{edges} values, one for each edge, or none", $"{weights} values");
        }
    }

    private static void CheckIndices(string operand, ReadOnlySpan<int> indices, int count)
    {
        for (var edge = 0; edge < indices.Length; edge++)
        {
            if ((uint)indices[edge] >= (uint)count)
            {
                throw new ShapeMismatchException(operand, $"indices from 0 up, below {count}", $"{indices[edge]} at edge {edge}");
            }
        }
    }
}
