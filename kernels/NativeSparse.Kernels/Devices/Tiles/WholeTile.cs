namespace NativeSparse.Kernels;

/// <summary>64 rows by 128 columns, 256 threads, as <see cref="TensorTile"/>.</summary>
internal readonly struct WholeTile : ITileShape
{
    public static int Across => 16;

    public static int AcrossBits => 4;

    public static int Down => 16;
}
