namespace NativeSparse.Kernels;

/// <summary>
/// Chooses experts from router scores: top-k, top-p or threshold, within the best groups, with a capacity. Exact: all versions choose the same
/// sets.
/// </summary>
/// <remarks>NaN scores count as the lowest, and their softmax weight is zero. Infinite scores share the softmax weight among those equal to the
/// highest; where all scores that count are NaN, so are the weights. Thread-safe; nothing is allocated per run.</remarks>
public interface ITopKRouting
{
    /// <summary>Which version runs.</summary>
    string Version { get; }

    /// <summary>Fills <paramref name="routing"/> from <paramref name="scores"/> <c>[T, E]</c>.</summary>
    /// <remarks>With a capacity, tokens are served in their order, each with its chosen experts by ascending index; weights are those before anything is dropped.</remarks>
    /// <exception cref="ShapeMismatchException">The routing has too little room, or an option is outside its range.</exception>
    void Run(in Execution execution, View scores, in RoutingOptions options, in Routing routing);
}
