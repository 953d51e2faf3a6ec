namespace NativeSparse.Kernels;

/// <summary>One version of the int4 tile. All versions read the same panels and give the same bits. Thread-safe.</summary>
internal abstract class Int4Tile
{
    public const int Columns = TileSpecification.Int4Columns;

    /// <summary>Rows of a call that keep what is shared between them in the first-level cache.</summary>
    public const int UsualRows = 96;

    /// <summary>Most rows of one call of any version.</summary>
    public const int MaxRows = 3 * UsualRows;

    /// <summary>Most rows of one call.</summary>
    public virtual int CallRows => UsualRows;

    /// <summary>The version's name in backends and reports.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the tile applies GELU itself where a call asks for it.</summary>
    public virtual bool HasGelu => false;

    /// <summary>Multiplies.</summary>
    public abstract void Run(in Int4TileCall call);
}
