namespace NativeSparse.Kernels;

/// <summary>64 rows by 128 columns, 256 threads.</summary>
internal readonly struct WholeTile : ITileShape
{
    public static int Across => 16;

    public static int Down => 16;
}
