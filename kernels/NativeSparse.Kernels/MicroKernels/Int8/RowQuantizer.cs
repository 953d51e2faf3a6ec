using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>Rounds one row of activations to 8 bits. Every encoding holds the same integers, those of <see cref="QuantizedRow"/>.</summary>
internal static unsafe class RowQuantizer
{
    private static int Lanes => Vector256<float>.Count;

    /// <param name="x">The row.</param>
    /// <param name="length">Its values.</param>
    /// <param name="encoding">How they are stored.</param>
    /// <param name="destination">Where; what lies between the values and <paramref name="paddedLength"/> values becomes the zero point.</param>
    /// <param name="paddedLength">Values that the tile reads.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static QuantizedRow Run(float* x, int length, RowEncoding encoding, byte* destination, int paddedLength)
    {
        var row = Measure(x, length, out var inverse);
        Store(x, length, row, inverse, encoding, destination, paddedLength);
        return row;
    }

    /// <summary>Rounds values with a given scale and zero point; zeros where the scale is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Store(float* x, int length, QuantizedRow row, float inverse, RowEncoding encoding, byte* destination, int paddedLength)
    {
        var bytes = encoding == RowEncoding.Words ? sizeof(short) : sizeof(byte);
        if (float.IsNaN(row.Scale))
        {
            new Span<byte>(destination, paddedLength * bytes).Clear();
            return;
        }

        // What lies beyond the row counts as zero in every encoding.
        new Span<byte>(destination + (length * bytes), (paddedLength - length) * bytes)
            .Fill(encoding == RowEncoding.UnsignedBytes ? (byte)row.Zero : encoding == RowEncoding.SignedBytes ? (byte)(row.Zero - 128) : (byte)0);
        if (encoding == RowEncoding.Words)
        {
            StoreWords(x, length, row, inverse, (short*)destination);
        }
        else
        {
            StoreBytes(x, length, row, inverse, encoding == RowEncoding.UnsignedBytes ? (byte)128 : (byte)0, destination);
        }
    }

    /// <summary>Rounds 32 values to q - 128; returns them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> StoreGroup(float* x, QuantizedRow row, float inverse, sbyte* destination)
    {
        var factor = Vector256.Create(inverse);
        var shift = Shift(row.Zero - QuantizedRow.Middle);
        var group = Narrow(x, factor, shift);
        group.Store(destination);
        return group;
    }

    /// <summary>Scale and zero point of a row.</summary>
    public static QuantizedRow Measure(float* x, int length, out float inverse)
    {
        var extremes = RowExtremes.Of(x, length);
        inverse = 0;
        return extremes.IsFinite ? QuantizedRow.Of(extremes.Low, extremes.High, out inverse) : QuantizedRow.NotANumber;
    }

    private static void StoreWords(float* x, int length, QuantizedRow row, float inverse, short* destination)
    {
        var factor = Vector256.Create(inverse);
        var shift = Shift(0);
        var least = Vector256.Create((short)-row.Zero);
        var most = Vector256.Create((short)(QuantizedRow.Levels - row.Zero));
        var i = 0;
        for (; i <= length - (2 * Lanes); i += 2 * Lanes)
        {
            var words = Vector256.NarrowWithSaturation(Round(x + i, factor, shift), Round(x + i + Lanes, factor, shift));
            Vector256.Min(Vector256.Max(words, least), most).Store(destination + i);
        }

        for (; i < length; i++)
        {
            destination[i] = (short)(row.Round(x[i], inverse) - row.Zero);
        }
    }

    /// <summary>Saturation at -128 and 127 is the clamp of q - 128; one more bit flip makes it q.</summary>
    private static void StoreBytes(float* x, int length, QuantizedRow row, float inverse, byte flip, byte* destination)
    {
        var i = 0;
        if (Avx512BW.IsSupported)
        {
            i = StoreWideBytes(x, length, row, inverse, flip, destination);
        }

        var factor = Vector256.Create(inverse);
        var shift = Shift(row.Zero - QuantizedRow.Middle);
        var flips = Vector256.Create(flip);
        for (; i <= length - (4 * Lanes); i += 4 * Lanes)
        {
            (Narrow(x + i, factor, shift).AsByte() ^ flips).Store(destination + i);
        }

        for (; i < length; i++)
        {
            destination[i] = (byte)((byte)(row.Round(x[i], inverse) - 128) ^ flip);
        }
    }

    /// <summary>64 values at once; returns how many were rounded.</summary>
    private static int StoreWideBytes(float* x, int length, QuantizedRow row, float inverse, byte flip, byte* destination)
    {
        var factor = Vector512.Create(inverse);
        var whole = Vector512.Create(QuantizedRow.WholeNumbers);
        var shift = Vector512.Create(row.Zero - QuantizedRow.Middle - BitConverter.SingleToInt32Bits(QuantizedRow.WholeNumbers));
        var flips = Vector512.Create(flip);

        // Packing works within 128 bits; one permutation puts the fours in order.
        var order = Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        var i = 0;
        for (; i <= length - (4 * Vector512<float>.Count); i += 4 * Vector512<float>.Count)
        {
            var v0 = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), factor, whole).AsInt32() + shift;
            var v1 = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + 16), factor, whole).AsInt32() + shift;
            var v2 = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + 32), factor, whole).AsInt32() + shift;
            var v3 = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + 48), factor, whole).AsInt32() + shift;
            var bytes = Avx512BW.PackSignedSaturate(Avx512BW.PackSignedSaturate(v0, v1), Avx512BW.PackSignedSaturate(v2, v3));
            (Avx512F.PermuteVar16x32(bytes.AsInt32(), order).AsByte() ^ flips).Store(destination + i);
        }

        return i;
    }

    /// <summary>32 values, rounded, in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Narrow(float* x, Vector256<float> factor, Vector256<int> shift)
    {
        var (v0, v1) = (Round(x, factor, shift), Round(x + Lanes, factor, shift));
        var (v2, v3) = (Round(x + (2 * Lanes), factor, shift), Round(x + (3 * Lanes), factor, shift));
        if (Avx2.IsSupported)
        {
            var bytes = Avx2.PackSignedSaturate(Avx2.PackSignedSaturate(v0, v1), Avx2.PackSignedSaturate(v2, v3));
            return Avx2.PermuteVar8x32(bytes.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsSByte();
        }

        return Vector256.NarrowWithSaturation(Vector256.NarrowWithSaturation(v0, v1), Vector256.NarrowWithSaturation(v2, v3));
    }

    /// <summary>The bits of the whole-number constant taken off and something added, in one sum.</summary>
    private static Vector256<int> Shift(int value) =>
        Vector256.Create(value - BitConverter.SingleToInt32Bits(QuantizedRow.WholeNumbers));

    /// <summary>round(x inverse) + what the shift adds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(float* x, Vector256<float> inverse, Vector256<int> shift) =>
        Vector256.FusedMultiplyAdd(Vector256.Load(x), inverse, Vector256.Create(QuantizedRow.WholeNumbers)).AsInt32() + shift;
}
