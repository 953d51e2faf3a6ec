namespace NativeSparse.Kernels;

/// <summary>32 rows by 64 columns, 64 threads: for simulated threads.</summary>
internal readonly struct SmallTile : ITileShape
{
    public static int Across => 8;

    public static int AcrossBits => 3;

    public static int Down => 8;
}
