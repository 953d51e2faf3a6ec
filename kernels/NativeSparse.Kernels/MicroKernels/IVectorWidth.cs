namespace NativeSparse.Kernels;

/// <summary>
/// The vector operations the kernels are written in, at one register width. A kernel is generic over the width and over the
/// register type, so that its locals are plain vectors, which the JIT keeps in registers.
/// </summary>
internal unsafe interface IVectorWidth<TVector> : IVectorArithmetic<TVector>
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

    /// <summary>How many of <paramref name="count"/> integers, a whole number of registers, are above the pivot.</summary>
    static abstract int CountGreater(int* values, int count, int pivot);

    /// <summary>One bit for each lane whose integer is above the pivot.</summary>
    static abstract uint GreaterMask(int* values, int pivot);

    /// <summary>One register of scores as <see cref="RoutingKeys"/>.</summary>
    static abstract void StoreKeys(float* scores, int* keys);

    /// <summary>Four neighbouring values, again and again.</summary>
    static abstract TVector LoadFour(float* source);

    /// <summary>A byte for each lane, as integers.</summary>
    static abstract TVector LoadPlaces(byte* source);

    /// <summary>Each lane's bits from the third on.</summary>
    static abstract TVector NextPlaces(TVector places);

    /// <summary>For each lane the one of its four neighbours, from a multiple of 4 lanes on, that the two lowest bits of its place name.</summary>
    static abstract TVector PickOfFour(TVector values, TVector places);

    /// <summary>Asks for a line in the caches, where the machine has such an instruction.</summary>
    static abstract void Prefetch(byte* address);
}
