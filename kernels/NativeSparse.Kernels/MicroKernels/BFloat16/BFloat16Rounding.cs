namespace NativeSparse.Kernels;

/// <summary>float32 to bfloat16 and back.</summary>
internal static class BFloat16Rounding
{
    private const int Dropped = 16;

    /// <summary>The nearest bfloat16, ties to even; a NaN stays a NaN, what lies beyond the largest one becomes infinite.</summary>
    public static ushort Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value)
            ? (ushort)((bits >> Dropped) | 0x40)
            : (ushort)((bits + 0x7FFF + ((bits >> Dropped) & 1)) >> Dropped);
    }

    public static float Widen(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << Dropped);

    /// <summary>The nearest values that bfloat16 has.</summary>
    public static float[] RoundAll(ReadOnlySpan<float> values) => WidenAll(ToBits(values));

    public static ushort[] ToBits(ReadOnlySpan<float> values)
    {
        var bits = new ushort[values.Length];
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = Round(values[i]);
        }

        return bits;
    }

    public static float[] WidenAll(ReadOnlySpan<ushort> bits)
    {
        var values = new float[bits.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Widen(bits[i]);
        }

        return values;
    }
}
