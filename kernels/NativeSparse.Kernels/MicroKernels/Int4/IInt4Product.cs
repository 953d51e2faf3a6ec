namespace NativeSparse.Kernels;

/// <summary>How a managed int4 tile multiplies: what tells versions of one register width apart.</summary>
internal unsafe interface IInt4Product<TInt>
    where TInt : struct
{
    /// <summary>The version's name in backends and reports.</summary>
    static abstract string Name { get; }

    /// <summary>For each lane the sum of 32 products: byte i of weights q with byte 4 q + i of the input.</summary>
    static abstract TInt Multiply(TInt w0, TInt w1, TInt w2, TInt w3, TInt w4, TInt w5, TInt w6, TInt w7, byte* input);
}
