namespace NativeSparse.Kernels;

/// <summary>Element type of a <see cref="View"/>.</summary>
public enum ElementType
{
    /// <summary>IEEE binary32.</summary>
    Float32,

    /// <summary>32-bit signed integer.</summary>
    Int32,
}
