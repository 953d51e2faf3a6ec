using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Inputs u8, weights s8, four of either in a word. Rows are whole words, whose last bytes meet weights that are 0.</summary>
internal readonly struct IntegerTile : ITileFormat<int, int>
{
    private const int ByteBits = 8;
    private const int ByteMask = 255;

    public static bool IsInteger => true;

    public static bool IsRounding => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Total(float total, float part) => Interop.IntAsFloat(Interop.FloatAsInt(total) + (uint)(int)part);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadAligned(ArrayView<int> inputs, long row, int k) => Word(inputs[row + (k / 4)]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadAny(ArrayView<int> inputs, long row, int k, int count) => k < count ? Word(inputs[row + (k / 4)]) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad WidenInputs(Quad loaded, RoundedRow row)
    {
        var word = (int)Interop.FloatAsInt(loaded.X);
        Quad quad = default;
        quad.X = word & ByteMask;
        quad.Y = (word >> ByteBits) & ByteMask;
        quad.Z = (word >> (2 * ByteBits)) & ByteMask;
        quad.W = (word >> (3 * ByteBits)) & ByteMask;
        return quad;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadWeights(ArrayView<int> weights, long index) => Word(weights[index]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad WidenWeights(Quad loaded)
    {
        var word = (int)Interop.FloatAsInt(loaded.X);
        Quad quad = default;
        quad.X = (word << (3 * ByteBits)) >> (3 * ByteBits);
        quad.Y = (word << (2 * ByteBits)) >> (3 * ByteBits);
        quad.Z = (word << ByteBits) >> (3 * ByteBits);
        quad.W = word >> (3 * ByteBits);
        return quad;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad Word(int word)
    {
        Quad quad = default;
        quad.X = Interop.IntAsFloat((uint)word);
        return quad;
    }
}
