using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// bfloat16 weights in the order of <see cref="BFloat16Panels"/>, widened as they are loaded: one load gives both halves of a line, a shift
/// the first one, a mask the second.
/// </summary>
internal readonly unsafe struct BFloat16Weights<TWidth, TVector> : IPanelWeights<TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public static int Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(ushort);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* At(void* weights, nint index) => (ushort*)weights + index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First(void* weights, nint index) => TWidth.LowBFloat16(TWidth.Load((float*)((ushort*)weights + index)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Second(void* weights, nint index) => TWidth.HighBFloat16(TWidth.Load((float*)((ushort*)weights + index)));
}
