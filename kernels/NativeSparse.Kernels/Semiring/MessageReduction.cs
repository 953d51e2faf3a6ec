namespace NativeSparse.Kernels;

/// <summary>(+) of a semiring: how the messages that reach a node become one value.</summary>
public enum MessageReduction
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>The least of them, IEEE 754-2019 minimum: NaN spreads, -0 is below +0.</summary>
    Min,

    /// <summary>The largest of them, IEEE 754-2019 maximum: NaN spreads, -0 is below +0.</summary>
    Max,
}
