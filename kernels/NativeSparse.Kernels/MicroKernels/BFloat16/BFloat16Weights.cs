using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>bfloat16 weights, widened as they are loaded.</summary>
internal readonly unsafe struct BFloat16Weights<TWidth, TVector> : IPanelWeights<TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* At(void* weights, nint index) => (ushort*)weights + index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(void* weights, nint index) => TWidth.LoadBFloat16((ushort*)weights + index);
}
