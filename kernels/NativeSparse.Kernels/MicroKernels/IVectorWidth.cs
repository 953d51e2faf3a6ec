namespace NativeSparse.Kernels;

/// <summary>
/// The vector operations the kernels are written in, at one register width. A kernel is generic over the width and over the
/// register type, so that its locals are plain vectors, which the JIT keeps in registers.
/// </summary>
internal unsafe interface IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>The version's name in backends and reports.</summary>
    static abstract string Name { get; }

    /// <summary>Float32 values in one register.</summary>
    static abstract int Lanes { get; }

    /// <summary>The tallest register tile that keeps all its sums in registers.</summary>
    static abstract int TileRows { get; }

    static abstract TVector Load(float* source);

    /// <summary>The bfloat16 value in the low half of each lane as float32.</summary>
    static abstract TVector LowBFloat16(TVector pairs);

    /// <summary>The bfloat16 value in the high half of each lane as float32.</summary>
    static abstract TVector HighBFloat16(TVector pairs);

    static abstract void Store(TVector value, float* destination);

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

    /// <summary>value 2^n, n in -126..127 being the low bits of <paramref name="bits"/> as an integer; no overflow is caught.</summary>
    static abstract TVector AddExponent(TVector value, TVector bits);

    /// <summary>How many of <paramref name="count"/> integers, a whole number of registers, are above the pivot.</summary>
    static abstract int CountGreater(int* values, int count, int pivot);

    /// <summary>One bit for each lane whose integer is above the pivot.</summary>
    static abstract uint GreaterMask(int* values, int pivot);

    /// <summary>One register of scores as <see cref="RoutingKeys"/>.</summary>
    static abstract void StoreKeys(float* scores, int* keys);

    /// <summary>Asks for a line in the caches, where the machine has such an instruction.</summary>
    static abstract void Prefetch(byte* address);
}
