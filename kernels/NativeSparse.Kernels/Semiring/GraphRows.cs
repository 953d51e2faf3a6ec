namespace NativeSparse.Kernels;

/// <summary>
/// Edges in native memory, by the rows that they make: one row for each target, then one for each segment of the targets that have more than one.
/// Those targets' own rows are empty; their segments' results are joined afterwards. So no row is long, and threads can share one target.
/// </summary>
internal sealed unsafe class GraphRows : IDisposable
{
    /// <summary>Edges that a kernel asks the caches for ahead of their turn; as many sources beyond the last edge may be read.</summary>
    public const int Ahead = 8;

    private readonly NativeBuffer _buffer;
    private readonly int _edges;
    private readonly int _relations;
    private readonly int _weights;

    public GraphRows(GraphEdges edges)
    {
        var starts = edges.Starts.Span;
        Targets = edges.TargetCount;
        for (var target = 0; target < Targets; target++)
        {
            var segments = SegmentsOf(starts[target + 1] - starts[target]);
            Divided += segments > 1 ? 1 : 0;
            Segments += segments > 1 ? segments : 0;
        }

        (_edges, _relations, _weights) = (edges.Count, edges.Relations.Length, edges.Weights.Length);
        _buffer = new NativeBuffer(Rows + 1 + (2 * (nint)Divided) + 1 + _edges + Ahead + _relations + _weights);
        Fill(edges);
    }

    /// <summary>Targets and segments.</summary>
    public int Rows => Targets + Segments;

    public int Targets { get; }

    /// <summary>Segments of the targets that have several.</summary>
    public int Segments { get; }

    /// <summary>Targets that have several segments.</summary>
    public int Divided { get; }

    public int Edges => _edges;

    public long ByteCount => _buffer.ByteCount;

    /// <summary>Where each row's edges begin.</summary>
    public int* Starts => (int*)_buffer.Floats;

    /// <summary>The targets that have several segments.</summary>
    public int* DividedTargets => Starts + Rows + 1;

    /// <summary>The first segment of each of them.</summary>
    public int* DividedStarts => DividedTargets + Divided;

    public int* Sources => DividedStarts + Divided + 1;

    /// <summary>Each edge's relation, or null.</summary>
    public int* Relations => _relations == 0 ? null : Sources + _edges + Ahead;

    /// <summary>Each edge's weight, or null.</summary>
    public float* Weights => _weights == 0 ? null : (float*)(Sources + _edges + Ahead + _relations);

    /// <summary>The first row of a part of the work: rows and edges count alike.</summary>
    public int FirstRow(int part, int parts)
    {
        var wanted = ((long)_edges + Rows) * part / parts;
        var (low, high) = (0, Rows);
        while (low < high)
        {
            var middle = (int)(((uint)low + (uint)high) / 2);
            if ((long)Starts[middle] + middle < wanted)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    public GraphEdges Unpack(int sourceCount, int relationCount)
    {
        int[] starts = [.. new ReadOnlySpan<int>(Starts, Targets + 1)];
        var moved = 0;
        for (int target = 0, divided = 0; target < Targets; target++)
        {
            starts[target] += moved;
            if (divided < Divided && DividedTargets[divided] == target)
            {
                moved += EdgesOf(divided++);
            }
        }

        starts[Targets] += moved;
        var (sources, relations, weights) = (new int[_edges], new int[_relations], new float[_weights]);
        Copy(starts, sources, relations, weights);
        GC.KeepAlive(this);
        return new GraphEdges(sourceCount, Targets, starts, sources, relationCount, relations, weights);
    }

    public void Dispose() => _buffer.Dispose();

    private static int SegmentsOf(int edges) => (int)(((long)edges + GraphEdges.SegmentEdges - 1) / GraphEdges.SegmentEdges);

    private int EdgesOf(int divided) => Starts[Targets + DividedStarts[divided + 1]] - Starts[Targets + DividedStarts[divided]];

    private void Fill(GraphEdges edges)
    {
        var starts = edges.Starts.Span;
        var (place, row, divided) = (0, Targets, 0);
        for (var target = 0; target < Targets; target++)
        {
            var count = starts[target + 1] - starts[target];
            Starts[target] = place;
            if (SegmentsOf(count) > 1)
            {
                DividedTargets[divided++] = target;
            }
            else
            {
                Place(edges, starts[target], place, count);
                place += count;
            }
        }

        for (divided = 0; divided < Divided; divided++)
        {
            DividedStarts[divided] = row - Targets;
            for (var (edge, end) = (starts[DividedTargets[divided]], starts[DividedTargets[divided] + 1]); edge < end; row++)
            {
                var count = Math.Min(GraphEdges.SegmentEdges, end - edge);
                Starts[row] = place;
                Place(edges, edge, place, count);
                (edge, place) = (edge + count, place + count);
            }
        }

        DividedStarts[Divided] = Segments;
        Starts[Rows] = place;
    }

    private void Place(GraphEdges edges, int from, int place, int count)
    {
        edges.Sources.Span.Slice(from, count).CopyTo(new Span<int>(Sources + place, count));
        if (_relations > 0)
        {
            edges.Relations.Span.Slice(from, count).CopyTo(new Span<int>(Relations + place, count));
        }

        if (_weights > 0)
        {
            edges.Weights.Span.Slice(from, count).CopyTo(new Span<float>(Weights + place, count));
        }
    }

    private void Copy(int[] starts, int[] sources, int[] relations, float[] weights)
    {
        for (int target = 0, divided = 0; target < Targets; target++)
        {
            var isDivided = divided < Divided && DividedTargets[divided] == target;
            var from = isDivided ? Starts[Targets + DividedStarts[divided++]] : Starts[target];
            var (to, count) = (starts[target], starts[target + 1] - starts[target]);
            new ReadOnlySpan<int>(Sources + from, count).CopyTo(sources.AsSpan(to));
            if (_relations > 0)
            {
                new ReadOnlySpan<int>(Relations + from, count).CopyTo(relations.AsSpan(to));
            }

            if (_weights > 0)
            {
                new ReadOnlySpan<float>(Weights + from, count).CopyTo(weights.AsSpan(to));
            }
        }
    }
}
