namespace NativeSparse.Kernels;

/// <summary>Scores as integers of the same order: NaN below everything, both zeros equal.</summary>
internal static class RoutingKeys
{
    /// <summary>The key of padding: never chosen, as <see cref="Lowest"/> is above it.</summary>
    public const int Padding = int.MinValue;

    /// <summary>The key of NaN.</summary>
    public const int Lowest = int.MinValue + 1;

    /// <summary>Keys whose choice fits one 64-bit mask.</summary>
    public const int GroupSize = 64;

    public static int Of(float score)
    {
        var bits = BitConverter.SingleToInt32Bits(score + 0f);
        return float.IsNaN(score) ? Lowest : bits ^ ((bits >> 31) & int.MaxValue);
    }
}
