using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Inputs u8, weights s8, four of either in a word.</summary>
internal readonly struct IntegerTile : ITileFormat<int, int>
{
    private const int ByteBits = 8;
    private const int ByteMask = 255;

    public static bool IsInteger => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Total(float total, float part) => Interop.IntAsFloat(Interop.FloatAsInt(total) + (uint)(int)part);

    /// <summary>Rows are whole words, whose last bytes meet weights that are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadInputs(ArrayView<int> inputs, long row, int k, int count, int isAligned)
    {
        Quad quad = default;
        if (k < count)
        {
            var word = inputs[row + (k / 4)];
            quad.X = word & ByteMask;
            quad.Y = (word >> ByteBits) & ByteMask;
            quad.Z = (word >> (2 * ByteBits)) & ByteMask;
            quad.W = (word >> (3 * ByteBits)) & ByteMask;
        }

        return quad;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Widen(int weights)
    {
        Quad quad = default;
        quad.X = (weights << (3 * ByteBits)) >> (3 * ByteBits);
        quad.Y = (weights << (2 * ByteBits)) >> (3 * ByteBits);
        quad.Z = (weights << ByteBits) >> (3 * ByteBits);
        quad.W = weights >> (3 * ByteBits);
        return quad;
    }
}
