namespace NativeSparse.Kernels;

/// <summary>What is compared when experts are chosen.</summary>
public enum RoutingScore
{
    /// <summary>The scores as they are; a softmax over them gives the same order.</summary>
    Raw,

    /// <summary>1 / (1 + e^-score), to which a bias may be added (DeepSeek-V3).</summary>
    Sigmoid,
}
