namespace NativeSparse.Kernels.Tests;

/// <summary>How far a float32 result may be from exact arithmetic.</summary>
internal static class Tolerance
{
    private const double UnitRoundoff = 5.9604644775390625e-8;

    /// <summary>The contract's bound of a sum of K products: 2 (K + 2) 2^-24 sum |x_k w_k|.</summary>
    public static double OfSum(int reductionLength, double sumOfMagnitudes) =>
        (2 * (reductionLength + 2) * UnitRoundoff * sumOfMagnitudes) + 1e-30;

    /// <summary>The stated error of a vectorized activation: relative, and absolute where the function vanishes.</summary>
    public static double OfActivation(double exact) => (2e-6 * Math.Abs(exact)) + 5e-8;

    /// <summary>Activations amplify an error of their argument at most this much (ReLU^2 aside, which is tested on small values).</summary>
    public const double ActivationSlope = 2;
}
