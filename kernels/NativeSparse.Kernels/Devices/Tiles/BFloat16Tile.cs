using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>float32 inputs, bfloat16 weights.</summary>
internal readonly struct BFloat16Tile : ITileFormat<float, BFloat16Quad>
{
    private const int Half = 16;
    private const uint HighHalf = 0xFFFF0000;

    public static bool IsInteger => false;

    public static bool IsRounding => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Total(float total, float part) => total + part;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadAligned(ArrayView<float> inputs, long row, int k) => FloatTile.LoadAligned(inputs, row, k);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadAny(ArrayView<float> inputs, long row, int k, int count) => FloatTile.LoadAny(inputs, row, k, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad WidenInputs(Quad loaded, RoundedRow row) => loaded;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadWeights(ArrayView<BFloat16Quad> weights, long index)
    {
        var words = weights[index];
        Quad quad = default;
        quad.X = Interop.IntAsFloat(words.Low);
        quad.Y = Interop.IntAsFloat(words.High);
        return quad;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad WidenWeights(Quad loaded)
    {
        var (low, high) = (Interop.FloatAsInt(loaded.X), Interop.FloatAsInt(loaded.Y));
        Quad quad = default;
        quad.X = Interop.IntAsFloat(low << Half);
        quad.Y = Interop.IntAsFloat(low & HighHalf);
        quad.Z = Interop.IntAsFloat(high << Half);
        quad.W = Interop.IntAsFloat(high & HighHalf);
        return quad;
    }
}
