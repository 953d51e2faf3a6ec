namespace NativeSparse.Kernels;

/// <summary>One version of the int4 tile. All versions read the same panels and give the same bits. Thread-safe.</summary>
internal abstract class Int4Tile
{
    public const int Columns = TileSpecification.Int4Columns;

    /// <summary>Most rows of one call.</summary>
    public const int MaxRows = 96;

    /// <summary>The version's name in backends and reports.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the tile applies GELU itself where a call asks for it.</summary>
    public virtual bool HasGelu => false;

    /// <summary>Multiplies.</summary>
    public abstract void Run(in Int4TileCall call);
}
