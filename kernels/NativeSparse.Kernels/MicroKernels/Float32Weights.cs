using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>float32 weights.</summary>
internal readonly unsafe struct Float32Weights<TWidth, TVector> : IPanelWeights<TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* At(void* weights, nint index) => (float*)weights + index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(void* weights, nint index) => TWidth.Load((float*)weights + index);
}
