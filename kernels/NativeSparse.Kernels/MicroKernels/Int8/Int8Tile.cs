namespace NativeSparse.Kernels;

/// <summary>
/// One version of the int8 register tile. All versions compute the same integers, and the same float32 operations in the same order, so that
/// their results are equal bit for bit. Thread-safe.
/// </summary>
internal abstract unsafe class Int8Tile
{
    /// <summary>Neighbouring inputs of a group of a sparse panel.</summary>
    public const int GroupInputs = 4;

    /// <summary>The version's name in backends and reports.</summary>
    public abstract string Name { get; }

    /// <summary>Columns of a panel.</summary>
    public abstract int Columns { get; }

    /// <summary>Rows of the tallest tile.</summary>
    public abstract int TileRows { get; }

    /// <summary>Bytes of rounded rows that are multiplied with a panel before the next one comes: what the second-level cache holds beside panels.</summary>
    public virtual int BlockBytes => 256 << 10;

    /// <summary>How rows are stored.</summary>
    public abstract RowEncoding Encoding { get; }

    /// <summary>Inner indices of one step: as many as 4 bytes of a row hold.</summary>
    public int Depth => Encoding == RowEncoding.Words ? 2 : 4;

    /// <summary>Inner indices that are read at once.</summary>
    protected virtual int Granularity => Depth;

    /// <summary>Inner indices of whole steps.</summary>
    public int PaddedInputs(int inputWidth) => (inputWidth + Granularity - 1) / Granularity * Granularity;

    /// <summary>Bytes of a row of whole steps.</summary>
    public int InputBytes(int inputWidth) => PaddedInputs(inputWidth) / Depth * sizeof(int);

    /// <summary>The down product of narrow experts, or null where tiles are as good.</summary>
    public virtual ExpertDownTile? ExpertDown => null;

    /// <summary>Neurons of one step where <see cref="RunBlock"/> multiplies narrow experts all at once (<see cref="Int8BlockCall.IsExpertDown"/>); else 1.</summary>
    public virtual int ExpertDownGranularity => 1;

    /// <summary>A row's zero point as the tile reads it.</summary>
    public virtual int EncodeZero(int zero) => zero;

    /// <summary>A column's sum of weights as the tile reads it.</summary>
    public virtual int EncodeSum(int sum) => sum;

    /// <summary>The limit that this version is measured against.</summary>
    public abstract Int8Peak CreatePeak();

    /// <summary>Whether <see cref="Run"/> applies GELU itself where a call asks for it.</summary>
    public virtual bool HasGelu => false;

    /// <summary>Rows from which on blocks go to <see cref="RunBlock"/>: more than there can be where this version has no such product.</summary>
    public virtual int LeastBlockRows => int.MaxValue;

    /// <summary>Multiplies.</summary>
    public abstract void Run(in Int8TileCall call);

    /// <summary>Multiplies with the groups of inputs that a call lists, and no others; outputs are not sums.</summary>
    public abstract void RunGroups(in Int8TileCall call);

    /// <summary>Multiplies rows with many panels at once.</summary>
    /// <exception cref="NotSupportedException"><see cref="LeastBlockRows"/> says that there is no such product.</exception>
    public virtual void RunBlock(in Int8BlockCall call) => throw new NotSupportedException($"{Name} multiplies panel by panel");
}
