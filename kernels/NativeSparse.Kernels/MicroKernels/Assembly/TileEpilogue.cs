namespace NativeSparse.Kernels;

/// <summary>What a tile does with its accumulators.</summary>
internal enum TileEpilogue
{
    /// <summary><c>out = acc</c>, int32.</summary>
    Raw,

    /// <summary><c>out += acc</c>, int32.</summary>
    Accumulate,

    /// <summary><c>out = fma(acc * columnScale, rowScale, bias)</c>, float32.</summary>
    Scale,

    /// <summary>As <see cref="Scale"/>, then GELU (erf) by the formula of <see cref="VectorActivations.Gelu"/>, bit for bit.</summary>
    Gelu,
}
