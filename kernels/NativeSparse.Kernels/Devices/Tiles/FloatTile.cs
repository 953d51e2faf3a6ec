using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>float32 inputs and weights.</summary>
internal readonly struct FloatTile : ITileFormat<float, Quad>
{
    public static bool IsInteger => false;

    public static bool IsRounding => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Total(float total, float part) => total + part;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadAligned(ArrayView<float> inputs, long row, int k) => inputs.Cast<Quad>()[(row + k) / 4];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadAny(ArrayView<float> inputs, long row, int k, int count)
    {
        Quad quad = default;
        quad.X = k < count ? inputs[row + k] : 0;
        quad.Y = k + 1 < count ? inputs[row + k + 1] : 0;
        quad.Z = k + 2 < count ? inputs[row + k + 2] : 0;
        quad.W = k + 3 < count ? inputs[row + k + 3] : 0;
        return quad;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad WidenInputs(Quad loaded, RoundedRow row) => loaded;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadWeights(ArrayView<Quad> weights, long index) => weights[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad WidenWeights(Quad loaded) => loaded;
}
