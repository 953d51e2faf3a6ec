namespace NativeSparse.Kernels.Tests;

/// <summary>A linear in float64, its weight stored <c>[out, in]</c>.</summary>
internal static class PlainLinear
{
    public static double[] Run(float[] weight, float[] bias, double[] input) =>
        [.. Enumerable.Range(0, bias.Length).Select(n => bias[n] + input.Select((value, k) => value * weight[(n * input.Length) + k]).Sum())];
}
