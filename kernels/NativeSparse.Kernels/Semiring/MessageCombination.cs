namespace NativeSparse.Kernels;

/// <summary>(x) of a semiring: how a node's value and the vector of an edge's relation become a message.</summary>
public enum MessageCombination
{
    /// <summary>Their product (DistMult).</summary>
    Multiply,

    /// <summary>Their sum (TransE).</summary>
    Add,
}
