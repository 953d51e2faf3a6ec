using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>float32 weights.</summary>
internal readonly unsafe struct Float32Weights<TWidth, TVector> : IPanelWeights<TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public static int Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(float);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* At(void* weights, nint index) => (float*)weights + index;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First(void* weights, nint index) => TWidth.Load((float*)weights + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Second(void* weights, nint index) => TWidth.Load((float*)weights + index + TWidth.Lanes);
}
