namespace NativeSparse.Kernels;

/// <summary>
/// Edges in native memory, by the rows that they make: one row for each target, then one for each segment of the targets that have more than one.
/// Those targets' own rows are empty; their segments' results are joined afterwards. So no row is long, and threads can share one target.
/// </summary>
internal sealed unsafe class GraphRows : IDisposable
{
    /// <summary>Edges that a kernel asks the caches for ahead of their turn; as many beyond the last edge may be read.</summary>
    public const int Ahead = 8;

    private readonly NativeBuffer _buffer;
    private readonly bool _hasRelations;
    private readonly bool _hasWeights;

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

        (Count, _hasRelations, _hasWeights) = (edges.Count, !edges.Relations.IsEmpty, !edges.Weights.IsEmpty);
        _buffer = new NativeBuffer(Rows + 1 + (2 * (nint)Divided) + 1 + (((nint)Count + Ahead) * (sizeof(GraphEdge) / sizeof(float))));
        Fill(edges);
    }

    /// <summary>Targets and segments.</summary>
    public int Rows => Targets + Segments;

    public int Targets { get; }

    /// <summary>Segments of the targets that have several.</summary>
    public int Segments { get; }

    /// <summary>Targets that have several segments.</summary>
    public int Divided { get; }

    /// <summary>Edges.</summary>
    public int Count { get; }

    public long ByteCount => _buffer.ByteCount;

    /// <summary>Where each row's edges begin.</summary>
    public int* Starts => (int*)_buffer.Floats;

    /// <summary>The targets that have several segments.</summary>
    public int* DividedTargets => Starts + Rows + 1;

    /// <summary>The first segment of each of them.</summary>
    public int* DividedStarts => DividedTargets + Divided;

    public GraphEdge* Edges => (GraphEdge*)(DividedStarts + Divided + 1);

    /// <summary>The first row of a part of the work: rows and edges count alike.</summary>
    public int FirstRow(int part, int parts)
    {
        var wanted = ((long)Count + Rows) * part / parts;
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
        var (sources, relations, weights) = (new int[Count], new int[_hasRelations ? Count : 0], new float[_hasWeights ? Count : 0]);
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
        for (var (edge, end) = (from, from + count); edge < end; edge++, place++)
        {
            Edges[place] = new GraphEdge
            {
                Source = edges.Sources.Span[edge],
                Relation = _hasRelations ? edges.Relations.Span[edge] : 0,
                Weight = _hasWeights ? edges.Weights.Span[edge] : 1,
            };
        }
    }

    private void Copy(int[] starts, int[] sources, int[] relations, float[] weights)
    {
        for (int target = 0, divided = 0; target < Targets; target++)
        {
            var isDivided = divided < Divided && DividedTargets[divided] == target;
            var from = isDivided ? Starts[Targets + DividedStarts[divided++]] : Starts[target];
            for (var place = starts[target]; place < starts[target + 1]; place++, from++)
            {
                sources[place] = Edges[from].Source;
                if (_hasRelations)
                {
                    relations[place] = Edges[from].Relation;
                }

                if (_hasWeights)
                {
                    weights[place] = Edges[from].Weight;
                }
            }
        }
    }
}
