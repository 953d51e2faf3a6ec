namespace NativeSparse.Kernels;

/// <summary>How the scores of the chosen experts become the weights of their outputs.</summary>
public enum RoutingWeights
{
    /// <summary>Every weight is 1.</summary>
    None,

    /// <summary>Softmax over all experts' scores, taken at the chosen ones.</summary>
    Softmax,

    /// <summary>Softmax over the chosen experts' scores only (they sum to 1).</summary>
    SoftmaxRenormalized,

    /// <summary>1 / (1 + e^-score) of each chosen expert.</summary>
    Sigmoid,

    /// <summary>The same over their sum (and 1e-20).</summary>
    SigmoidRenormalized,

    /// <summary>The scores themselves.</summary>
    Raw,
}
