namespace NativeSparse.Kernels;

/// <summary>The instructions that a managed int8 tile is written in. A panel is two registers wide.</summary>
internal unsafe interface IInt8Vectors<TVector>
    where TVector : struct
{
    static abstract string Name { get; }

    /// <summary>int32 sums in one register.</summary>
    static abstract int Lanes { get; }

    static abstract int TileRows { get; }

    static abstract RowEncoding Encoding { get; }

    /// <summary>The next 4 bytes of a row, for every lane.</summary>
    static abstract TVector LoadInput(byte* source);

    /// <summary>The weights of one step for as many columns as there are lanes.</summary>
    static abstract TVector LoadWeights(sbyte* source);

    static abstract TVector Xor(TVector left, TVector right);

    /// <summary>Adds the products of one step to the sums of both registers of a panel.</summary>
    static abstract void MultiplyAdd(ref TVector leftSum, ref TVector rightSum, TVector input, TVector left, TVector right);

    /// <summary>
    /// <c>fma((sum - zero * columnSum) * columnScale, rowScale, bias)</c>, where <paramref name="zero"/> is 0 for
    /// <see cref="RowEncoding.Words"/>.
    /// </summary>
    static abstract void Finish(TVector sum, int zero, int* columnSums, float* columnScales, float rowScale, float* biases, float* output);

    /// <summary>output += sum - zero * columnSum.</summary>
    static abstract void Accumulate(TVector sum, int zero, int* columnSums, int* output);

    /// <summary>Asks for a line in the caches, where the machine has such an instruction.</summary>
    static abstract void Prefetch(sbyte* address);
}
