namespace NativeSparse.Kernels;

/// <summary>How one managed int8 tile of up to 8 rows walks through its inputs.</summary>
internal interface IInt8Walk
{
    /// <summary>Multiplies and finishes one tile, asking for <paramref name="share"/> bytes of the next panel at each step.</summary>
    static abstract void Run<TRows>(in Int8TileCall call, nint share)
        where TRows : struct, IRowCount;
}
