namespace NativeSparse.Kernels;

/// <summary>What happens to a product before it is stored: <c>y = multiplier * act(x W + bias)</c>.</summary>
/// <remarks>The default value is the plain product.</remarks>
public readonly struct Epilogue
{
    /// <summary>One row of N float32 biases, or empty.</summary>
    public View Bias { get; init; }

    /// <summary>Applied after the bias; identity by default.</summary>
    public Activation Activation { get; init; }

    /// <summary>
    /// <c>[T, N]</c> values that the activated product is multiplied with, or empty: the other branch of a gated network.
    /// May be the destination itself.
    /// </summary>
    public View Multiplier { get; init; }
}
