using System.Globalization;
using NativeSparse.Kernels;

namespace NativeSparse.Forms;

/// <summary>Weights that rounding to int4 made zero.</summary>
internal static class VanishedWeights
{
    /// <summary>The remark for the report, or null where none did.</summary>
    public static string? Note(IEnumerable<QuantizedInt4Weights?> matrices)
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
