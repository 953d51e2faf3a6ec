using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    /// <summary>The largest magnitude of some values, NaN where one is not finite.</summary>
    public static float Magnitude(float* x, int length)
    {
        var (low, high, poison) = Extremes(x, length);
        return float.IsNaN(poison) ? float.NaN : MathF.Max(-low, high);
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

    /// <summary>Rounds 32 values to q - 128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreGroup(float* x, QuantizedRow row, float inverse, sbyte* destination)
    {
        var factor = Vector256.Create(inverse);
        var shift = Shift(row.Zero - QuantizedRow.Middle);
        var low = Vector256.NarrowWithSaturation(Round(x, factor, shift), Round(x + Lanes, factor, shift));
        var high = Vector256.NarrowWithSaturation(Round(x + (2 * Lanes), factor, shift), Round(x + (3 * Lanes), factor, shift));
        Vector256.NarrowWithSaturation(low, high).Store(destination);
    }

    /// <summary>Scale and zero point of a row.</summary>
    public static QuantizedRow Measure(float* x, int length, out float inverse)
    {
        var (low, high, poison) = Extremes(x, length);
        inverse = 0;
        return float.IsNaN(poison) ? QuantizedRow.NotANumber : QuantizedRow.Of(low, high, out inverse);
    }

    /// <summary>The least and the largest value and 0; a third number that is NaN where a value is not finite.</summary>
    private static (float Low, float High, float Poison) Extremes(float* x, int length)
    {
        var (low, high, poison) = (0f, 0f, 0f);
        var i = 0;
        if (length >= Lanes)
        {
            var (low0, low1) = (Vector256<float>.Zero, Vector256<float>.Zero);
            var (high0, high1) = (Vector256<float>.Zero, Vector256<float>.Zero);
            var (poison0, poison1) = (Vector256<float>.Zero, Vector256<float>.Zero);
            for (; i <= length - (2 * Lanes); i += 2 * Lanes)
            {
                var v0 = Vector256.Load(x + i);
                var v1 = Vector256.Load(x + i + Lanes);
                low0 = Vector256.MinNative(low0, v0);
                low1 = Vector256.MinNative(low1, v1);
                high0 = Vector256.MaxNative(high0, v0);
                high1 = Vector256.MaxNative(high1, v1);
                poison0 = Vector256.FusedMultiplyAdd(v0, Vector256<float>.Zero, poison0);
                poison1 = Vector256.FusedMultiplyAdd(v1, Vector256<float>.Zero, poison1);
            }

            poison = Vector256.Sum(poison0 + poison1);
            low0 = Vector256.MinNative(low0, low1);
            high0 = Vector256.MaxNative(high0, high1);
            for (var lane = 0; lane < Lanes; lane++)
            {
                low = MathF.Min(low, low0[lane]);
                high = MathF.Max(high, high0[lane]);
            }
        }

        for (; i < length; i++)
        {
            low = MathF.Min(low, x[i]);
            high = MathF.Max(high, x[i]);
            poison += x[i] * 0;
        }

        return (low, high, poison);
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
        var factor = Vector256.Create(inverse);
        var shift = Shift(row.Zero - QuantizedRow.Middle);
        var flips = Vector256.Create(flip);
        var i = 0;
        for (; i <= length - (4 * Lanes); i += 4 * Lanes)
        {
            var low = Vector256.NarrowWithSaturation(Round(x + i, factor, shift), Round(x + i + Lanes, factor, shift));
            var high = Vector256.NarrowWithSaturation(Round(x + i + (2 * Lanes), factor, shift), Round(x + i + (3 * Lanes), factor, shift));
            (Vector256.NarrowWithSaturation(low, high).AsByte() ^ flips).Store(destination + i);
        }

        for (; i < length; i++)
        {
            destination[i] = (byte)((byte)(row.Round(x[i], inverse) - 128) ^ flip);
        }
    }

    /// <summary>The bits of the whole-number constant taken off and something added, in one sum.</summary>
    private static Vector256<int> Shift(int value) =>
        Vector256.Create(value - BitConverter.SingleToInt32Bits(QuantizedRow.WholeNumbers));

    /// <summary>round(x inverse) + what the shift adds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(float* x, Vector256<float> inverse, Vector256<int> shift) =>
        Vector256.FusedMultiplyAdd(Vector256.Load(x), inverse, Vector256.Create(QuantizedRow.WholeNumbers)).AsInt32() + shift;
}
