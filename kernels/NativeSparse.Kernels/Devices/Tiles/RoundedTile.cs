using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>float32 inputs that are rounded to u8 on their way into registers, weights s8: sums are those of <see cref="IntegerTile"/>, bit by bit.</summary>
internal readonly struct RoundedTile : ITileFormat<float, int>
{
    public static bool IsInteger => true;

    public static bool IsRounding => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Total(float total, float part) => IntegerTile.Total(total, part);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadAligned(ArrayView<float> inputs, long row, int k) => FloatTile.LoadAligned(inputs, row, k);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadAny(ArrayView<float> inputs, long row, int k, int count) => FloatTile.LoadAny(inputs, row, k, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad WidenInputs(Quad loaded, RoundedRow row) => row.Round(loaded);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad LoadWeights(ArrayView<int> weights, long index) => IntegerTile.LoadWeights(weights, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad WidenWeights(Quad loaded) => IntegerTile.WidenWeights(loaded);
}
