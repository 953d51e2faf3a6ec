namespace NativeSparse.Onnx;

/// <summary>The algebra of a feed-forward network.</summary>
public enum FeedForwardKind
{
    /// <summary>y = act(x W1 + b1) W2 + b2.</summary>
    Plain,

    /// <summary>y = (act(x Wg + bg) * (x W1 + b1)) W2 + b2.</summary>
    Gated,
}
