namespace NativeSparse.Kernels;

/// <summary>
/// The order of bfloat16 panels: those of float32, but the two registers of a line lie value by value side by side, the first one's in the
/// low half of each 32 bits, so that one register of the line holds both.
/// </summary>
internal static unsafe class BFloat16Panels
{
    /// <summary>Rounds whole panels of float32.</summary>
    public static void Round(float* panels, nint length, int panel, ushort* rounded)
    {
        var half = panel / 2;
        for (nint line = 0; line < length; line += panel)
        {
            for (var i = 0; i < half; i++)
            {
                rounded[line + (2 * i)] = BFloat16Rounding.Round(panels[line + i]);
                rounded[line + (2 * i) + 1] = BFloat16Rounding.Round(panels[line + half + i]);
            }
        }
    }

    /// <summary>Whole panels back as float32.</summary>
    public static void Widen(ushort* rounded, nint length, int panel, float* panels)
    {
        var half = panel / 2;
        for (nint line = 0; line < length; line += panel)
        {
            for (var i = 0; i < half; i++)
            {
                panels[line + i] = BFloat16Rounding.Widen(rounded[line + (2 * i)]);
                panels[line + half + i] = BFloat16Rounding.Widen(rounded[line + (2 * i) + 1]);
            }
        }
    }
}
