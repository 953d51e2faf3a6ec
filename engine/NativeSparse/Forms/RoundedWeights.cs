using System.Globalization;
using System.Numerics.Tensors;
using NativeSparse.Kernels;

namespace NativeSparse.Forms;

/// <summary>What rounding did to weights.</summary>
internal static class RoundedWeights
{
    /// <summary>The nearest values that bfloat16 has.</summary>
    /// <exception cref="ArgumentException">A finite weight is larger than the largest of them.</exception>
    public static float[] BFloat16(float[] weights)
    {
        var rounded = BFloat16Rounding.RoundAll(weights);
        var lost = TensorPrimitives.IsFiniteAll<float>(rounded) ? -1 : Array.FindIndex(weights, weight => float.IsFinite(weight) && !float.IsFinite(BFloat16Rounding.Widen(BFloat16Rounding.Round(weight))));
        return lost < 0
            ? rounded
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"weight {lost} is {weights[lost]}, which bfloat16 rounds to infinity"), nameof(weights));
    }

    /// <summary>The remark on weights that int4 made zero, or null where there are none.</summary>
    public static string? VanishedNote(IEnumerable<QuantizedInt4Weights?> matrices)
    {
        var (vanished, groups) = (0L, 0L);
        foreach (var matrix in matrices)
        {
            vanished += matrix?.VanishedGroups ?? 0;
            groups += matrix?.Scales.Length ?? 0;
        }

        return vanished == 0
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{vanished} of {groups} groups of {QuantizedInt4Weights.Group} weights became zero: they are too small for int4's float16 scales (below 1e-6); int8 keeps them");
    }
}
