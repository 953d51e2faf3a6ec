namespace NativeSparse.Kernels;

/// <summary>Chooses experts from router scores: top-k or threshold. Exact: all versions choose the same sets.</summary>
/// <remarks>NaN scores count as the lowest. Thread-safe; nothing is allocated per run.</remarks>
public interface ITopKRouting
{
    /// <summary>Which version runs.</summary>
    string Version { get; }

    /// <summary>Fills <paramref name="routing"/> from <paramref name="scores"/> <c>[T, E]</c>.</summary>
    /// <exception cref="ShapeMismatchException">The routing has too little room, or K is outside 1..E.</exception>
    void Run(in Execution execution, View scores, in RoutingOptions options, in Routing routing);
}
