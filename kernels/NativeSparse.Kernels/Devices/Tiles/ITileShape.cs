namespace NativeSparse.Kernels;

/// <summary>The threads of a tile: each holds 4 rows by 8 columns.</summary>
internal interface ITileShape
{
    /// <summary>Threads along the columns: 8 columns each.</summary>
    static abstract int Across { get; }

    /// <summary><see cref="Across"/> as a power of two.</summary>
    static abstract int AcrossBits { get; }

    /// <summary>Threads along the rows: 4 rows each.</summary>
    static abstract int Down { get; }
}
