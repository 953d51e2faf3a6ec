using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Arithmetic of one value in a device's kernels. Products and sums are fused where the device's compiler does that.</summary>
internal readonly struct DeviceWidth : IVectorArithmetic<float>
{
    private const int MantissaBits = 23;

    /// <summary>1.0f.</summary>
    private const uint One = 0x3F800000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Broadcast(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FusedMultiplyAdd(float left, float right, float addend) => (left * right) + addend;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Add(float left, float right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Subtract(float left, float right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Multiply(float left, float right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Divide(float left, float right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MinNative(float left, float right) => left < right ? left : right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxNative(float left, float right) => left > right ? left : right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Abs(float value) => Interop.IntAsFloat(Interop.FloatAsInt(value) & int.MaxValue);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LessThan(float left, float right) => left < right ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Select(float condition, float whenTrue, float whenFalse) => condition != 0 ? whenTrue : whenFalse;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MultiplyByPowerOfTwo(float value, float bits) =>
        value * Interop.IntAsFloat((Interop.FloatAsInt(bits) << MantissaBits) + One);
}
