using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// Exponentials and their relatives on registers. The polynomials are minimax fits made for this library (Remez, float32 coefficients);
/// the stated errors are relative and include rounding.
/// </summary>
internal static class VectorMath<TWidth, TVector>
    where TWidth : struct, IVectorArithmetic<TVector>
    where TVector : struct
{
    private const float LargestExponent = 88;
    private const float SmallestExponent = -87;

    /// <summary>1.5 2^23: added to a small number, it leaves the nearest whole number in the low bits.</summary>
    private const float WholeNumbers = 12582912;

    public static TVector Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => default;
    }

    public static TVector One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TWidth.Broadcast(1);
    }

    /// <summary>x y + z with a constant z: one step of Horner's rule.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Step(TVector sum, TVector x, float coefficient) =>
        TWidth.FusedMultiplyAdd(sum, x, TWidth.Broadcast(coefficient));

    /// <summary>2^t for t in -126..127, within 2e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector PowerOfTwo(TVector t)
    {
        var magic = TWidth.Broadcast(WholeNumbers);
        var bits = TWidth.Add(t, magic);
        return PowerOfTwo(TWidth.Subtract(t, TWidth.Subtract(bits, magic)), bits);
    }

    /// <summary>e^x within 2e-7, clamped to e^-87..e^88.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        const float log2E = 1.44269502f;
        const float log2ERest = 1.92596299e-8f;
        x = TWidth.MaxNative(TWidth.Broadcast(SmallestExponent), TWidth.MinNative(TWidth.Broadcast(LargestExponent), x));
        var magic = TWidth.Broadcast(WholeNumbers);
        var bits = TWidth.FusedMultiplyAdd(x, TWidth.Broadcast(log2E), magic);
        var whole = TWidth.Subtract(bits, magic);
        var part = TWidth.FusedMultiplyAdd(x, TWidth.Broadcast(log2E), TWidth.Subtract(Zero, whole));
        return PowerOfTwo(TWidth.FusedMultiplyAdd(x, TWidth.Broadcast(log2ERest), part), bits);
    }

    /// <summary>x / (1 + e^-g), with the limit 0 for g and x at minus infinity; within 4e-7 (and |g| 1e-7).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Gate(TVector x, TVector g)
    {
        var open = TWidth.Add(One, Exp(TWidth.Subtract(Zero, g)));
        return TWidth.Divide(TWidth.MaxNative(TWidth.Broadcast(-LargestExponent), x), open);
    }

    /// <summary>e^x - 1 for x at most 0, within 4e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ExpMinusOne(TVector x)
    {
        var sum = TWidth.Broadcast(0.00112163497f);
        sum = Step(sum, x, 0.00818738621f);
        sum = Step(sum, x, 0.0416290909f);
        sum = Step(sum, x, 0.166662246f);
        sum = Step(sum, x, 0.499999821f);
        sum = Step(sum, x, 1);
        var near = TWidth.LessThan(TWidth.Broadcast(-0.5f), x);
        return TWidth.Select(near, TWidth.Multiply(sum, x), TWidth.Subtract(Exp(x), One));
    }

    /// <summary>log(1 + z) for z in 0..1, within 3e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector LogOnePlus(TVector z)
    {
        var sum = TWidth.Broadcast(0.00523269409f);
        sum = Step(sum, z, -0.0295052398f);
        sum = Step(sum, z, 0.0782259554f);
        sum = Step(sum, z, -0.136632472f);
        sum = Step(sum, z, 0.191060081f);
        sum = Step(sum, z, -0.24842982f);
        sum = Step(sum, z, 0.333190978f);
        sum = Step(sum, z, -0.499994934f);
        sum = Step(sum, z, 0.99999994f);
        return TWidth.Multiply(sum, z);
    }

    /// <summary>tanh(x) within 5e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh(TVector x)
    {
        var square = TWidth.Multiply(x, x);
        var sum = TWidth.Broadcast(0.0154754305f);
        sum = Step(sum, square, -0.0521014817f);
        sum = Step(sum, square, 0.133101732f);
        sum = Step(sum, square, -0.333323091f);
        sum = Step(sum, square, 0.99999994f);
        var open = TWidth.Add(One, Exp(TWidth.Add(x, x)));
        var far = TWidth.Subtract(One, TWidth.Divide(TWidth.Broadcast(2), open));
        var near = TWidth.LessThan(TWidth.Abs(x), TWidth.Broadcast(0.6f));
        return TWidth.Select(near, TWidth.Multiply(sum, x), far);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector PowerOfTwo(TVector part, TVector bits)
    {
        var sum = TWidth.Broadcast(0.00132764783f);
        sum = Step(sum, part, 0.00967554189f);
        sum = Step(sum, part, 0.0555071309f);
        sum = Step(sum, part, 0.240221202f);
        sum = Step(sum, part, 0.693146944f);
        sum = Step(sum, part, 1.00000012f);
        return TWidth.MultiplyByPowerOfTwo(sum, bits);
    }
}
