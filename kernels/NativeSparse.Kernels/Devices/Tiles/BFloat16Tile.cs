using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>float32 inputs, bfloat16 weights.</summary>
internal readonly struct BFloat16Tile : ITileFormat<float, BFloat16Quad>
{
    private const int Half = 16;
    private const uint HighHalf = 0xFFFF0000;

    public static bool IsInteger => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Total(float total, float part) => total + part;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadInputs(ArrayView<float> inputs, long row, int k, int count, int isAligned) =>
        FloatTile.LoadInputs(inputs, row, k, count, isAligned);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Widen(BFloat16Quad weights)
    {
        Quad quad = default;
        quad.X = Interop.IntAsFloat(weights.Low << Half);
        quad.Y = Interop.IntAsFloat(weights.Low & HighHalf);
        quad.Z = Interop.IntAsFloat(weights.High << Half);
        quad.W = Interop.IntAsFloat(weights.High & HighHalf);
        return quad;
    }
}
