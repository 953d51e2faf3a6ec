namespace NativeSparse.Kernels;

/// <summary>
/// Message passing over the edges of a graph, a product with its matrix over a semiring:
/// <c>y[v, d] = (+) over the edges (u, r, v) of w (x[u, d] (x) relations[r, d])</c>, (+) being sum, min or max, (x) multiplication or addition
/// (the generalized relational product of NBFNet, arXiv 2106.06935; the propagation of DAGNN, arXiv 2007.09296).
/// </summary>
/// <remarks>
/// float32. An edge's weight w multiplies after (x), also where (x) is addition; edges without weights have 1, without relations vectors the
/// message is w x[u, d]. The edges of a node are taken in their order, in segments of 256. <c>x (x) relation</c> is rounded. A segment of a sum
/// begins with its first message, rounded, and goes on as one chain of fused multiply-adds with the weights; minimum and maximum compare the
/// rounded messages. Then the segments' results are joined in their order, then the boundary. Every version does this, so that results are equal
/// bit for bit (NaN but for its payload), whatever the threads. The error of a sum against exact arithmetic is at most
/// 2 (n + 3) 2^-24 (sum |w| (|x| |relation|, or |x| + |relation|) + |boundary|), n being the node's edges; that of a minimum or maximum 2^-22 of the
/// largest of its messages, taken so, and the choice among rounded messages is exact.
/// NaN spreads to every node with an edge from it, whatever the weight; infinity times a weight of 0 is NaN. Nodes without edges take the boundary,
/// or <see cref="MessageRule.EmptyValue"/>. Nothing is written before all arguments are checked.
/// Thread-safe; nothing is allocated per run after warm-up.
/// </remarks>
public interface ISemiringProduct
{
    /// <summary>Which version runs.</summary>
    string Version { get; }

    /// <summary>Packs a graph.</summary>
    /// <param name="edges">The edges.</param>
    /// <param name="withTranspose">Whether the edges are held by source from the start; else from the first transposed product on.</param>
    PackedGraph Pack(GraphEdges edges, bool withTranspose = false);

    /// <summary>To the targets: <c>y[v] = (+) over the edges (u, r, v)</c> of messages of x[u].</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[sources, D]</c> float32, any D.</param>
    /// <param name="graph">Packed by this family of this backend.</param>
    /// <param name="rule">Semiring, relations <c>[R, D]</c>, boundary <c>[targets, D]</c>.</param>
    /// <param name="y"><c>[targets, D]</c> float32; must not overlap another operand.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit, or there are relations vectors and the graph has no relations.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rule's reduction or combination is none of theirs.</exception>
    /// <exception cref="ArgumentException">The graph is another backend's.</exception>
    void Run(in Execution execution, View x, PackedGraph graph, in MessageRule rule, View y);

    /// <summary>
    /// Back to the sources: <c>y[u] = (+) over the edges (u, r, v)</c> of messages of x[v], in the order of the targets. The first of these on a
    /// graph that was packed without its transpose builds that; others that come meanwhile wait for it.
    /// </summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[targets, D]</c> float32, any D.</param>
    /// <param name="graph">Packed by this family of this backend.</param>
    /// <param name="rule">Semiring, relations <c>[R, D]</c>, boundary <c>[sources, D]</c>.</param>
    /// <param name="y"><c>[sources, D]</c> float32; must not overlap another operand.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit, or there are relations vectors and the graph has no relations.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rule's reduction or combination is none of theirs.</exception>
    /// <exception cref="ArgumentException">The graph is another backend's.</exception>
    void RunTransposed(in Execution execution, View x, PackedGraph graph, in MessageRule rule, View y);
}
