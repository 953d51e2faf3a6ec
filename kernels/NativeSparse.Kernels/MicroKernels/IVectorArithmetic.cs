namespace NativeSparse.Kernels;

/// <summary>
/// The arithmetic that functions of one variable are written in: on registers of any width on a processor, on single values on a device.
/// </summary>
internal interface IVectorArithmetic<TVector>
    where TVector : struct
{
    static abstract TVector Broadcast(float value);

    static abstract TVector FusedMultiplyAdd(TVector left, TVector right, TVector addend);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    /// <summary>The smaller value; NaN where the second operand is NaN.</summary>
    static abstract TVector MinNative(TVector left, TVector right);

    /// <summary>The larger value; NaN where the second operand is NaN.</summary>
    static abstract TVector MaxNative(TVector left, TVector right);

    static abstract TVector Abs(TVector value);

    /// <summary>All bits set where left is below right.</summary>
    static abstract TVector LessThan(TVector left, TVector right);

    static abstract TVector Select(TVector condition, TVector whenTrue, TVector whenFalse);

    /// <summary>value 2^n, n in -126..127 being the low bits of <paramref name="bits"/> as an integer; no overflow is caught, and NaN stays NaN, whatever its bits.</summary>
    static abstract TVector MultiplyByPowerOfTwo(TVector value, TVector bits);
}
