namespace NativeSparse.Kernels;

/// <summary>What is computed over a graph: the semiring, the relations' vectors, the boundary.</summary>
/// <remarks>The default value is the plain product: the weighted sum of the neighbours' values.</remarks>
public readonly struct MessageRule
{
    /// <summary>(+).</summary>
    public MessageReduction Reduction { get; init; }

    /// <summary>(x); without relations it changes nothing.</summary>
    public MessageCombination Combination { get; init; }

    /// <summary><c>[R, D]</c> float32, one vector for each relation of the graph, or empty: a message is the neighbour's value itself.</summary>
    public View Relations { get; init; }

    /// <summary>One more message for each node of the result, float32 of its shape, or empty; a node without edges takes it as it is.</summary>
    public View Boundary { get; init; }

    /// <summary>
    /// What nodes without edges take where there is no boundary. Null: 0 of a sum, the largest finite float32 of a minimum, the least one of a
    /// maximum, as in NBFNet's operator; infinities are the exact neutral elements.
    /// </summary>
    public float? EmptyValue { get; init; }
}
