namespace NativeSparse.Kernels;

/// <summary>What a managed int4 tile does at one register width, whatever multiplies.</summary>
internal unsafe interface IInt4Vectors<TInt, TFloat>
    where TInt : struct
    where TFloat : struct
{
    /// <summary>Columns of one register.</summary>
    static abstract int Lanes { get; }

    static abstract TInt Load(byte* source);

    static abstract TInt LowHalves(TInt packed);

    static abstract TInt HighHalves(TInt packed);

    /// <summary>One zero point for each lane, in the low or the high half of a byte.</summary>
    static abstract TInt LoadZeros(byte* source, bool isHigh);

    /// <summary>float16 to float32, exact.</summary>
    static abstract TFloat LoadScales(byte* source);

    /// <summary><c>total = fma(float(product + zero * negatedSum) [* groupScale], scale, total)</c>.</summary>
    static abstract void AddGroup(TInt product, TInt zeros, int negatedSum, TFloat scale, float* groupScale, float* total);

    /// <summary><c>fma(columnSum, rowZero, fma(total, rowScale, bias))</c>.</summary>
    static abstract void Finish(float* total, float rowScale, float rowZero, float* columnSums, float* biases, float* output);

    /// <summary><c>total + bias</c>.</summary>
    static abstract void Finish(float* total, float* biases, float* output);
}
