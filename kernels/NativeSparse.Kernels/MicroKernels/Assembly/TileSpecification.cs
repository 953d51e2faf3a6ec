namespace NativeSparse.Kernels;

/// <summary>One register tile: what the emitters need to assemble it, and the key under which it is kept.</summary>
/// <remarks>All tiles are for <see cref="InstructionSet.Avx512Vnni"/>.</remarks>
internal readonly record struct TileSpecification(TileKind Kind, int Rows, TileEpilogue Epilogue)
{
    /// <summary>Most rows of an int8 tile: 24 accumulators.</summary>
    public const int MaxRows = 12;

    /// <summary>Most rows of an expert product that fetches: more take longer than their weights' way from memory.</summary>
    public const int MaxFetchingRows = 4;

    /// <summary>Columns of an int8 panel and of a step of the expert product.</summary>
    public const int PanelColumns = 32;

    /// <summary>Columns of an int4 panel.</summary>
    public const int Int4Columns = 16;

    /// <summary>Inner indices that share a scale and a zero point at int4.</summary>
    public const int Int4Group = 32;

    /// <summary>int8: steps of four inner indices come from a list of byte offsets instead of one after the other.</summary>
    public bool IsIndexed { get; init; }

    /// <summary>int8: accumulators start at minus the row's zero point times the column's sum of weights.</summary>
    public bool HasZeroPoint { get; init; }

    /// <summary>Only the columns of <see cref="TileField.ColumnMask"/> are read from and written to the output.</summary>
    public bool IsMasked { get; init; }

    /// <summary>int8, dense: quarters of the next panel that this call asks for, 0 to 4.</summary>
    public int PrefetchStreams { get; init; }

    /// <summary>Bytes from one of these quarters to the next; int4: how far ahead of its reads a tile asks for weights.</summary>
    public int PrefetchDistance { get; init; }

    /// <summary>int4: every group of a row has a scale of its own.</summary>
    public bool HasGroupScales { get; init; }

    /// <summary>Expert product: inner indices of one call, a multiple of 4.</summary>
    public int Depth { get; init; }

    /// <summary>Expert product: asks for as many panels as it multiplies, from <see cref="TileField.Prefetch"/> on.</summary>
    public bool IsFetching { get; init; }

    /// <exception cref="NotSupportedException">No kernel of this form exists.</exception>
    public void Validate()
    {
        Refuse(Rows is < 1 or > MaxRows, "tiles have 1 to 12 rows");
        Refuse(PrefetchDistance < 0 || PrefetchStreams is < 0 or > 4, "0 to 4 streams, a distance of at least 0");
        var isInt8 = Kind == TileKind.Int8;
        Refuse(!isInt8 && (IsIndexed || HasZeroPoint || PrefetchStreams > 0), "only int8 tiles have index lists, row zero points and streams");
        Refuse(IsIndexed && PrefetchStreams > 0, "an indexed tile asks for nothing ahead");
        Refuse(isInt8 && PrefetchStreams == 0 && PrefetchDistance > 0, "a distance needs streams");
        Refuse(Kind != TileKind.Int4 && HasGroupScales, "only int4 tiles have scales of groups");
        Refuse(Kind == TileKind.Int4 && (Epilogue is TileEpilogue.Raw or TileEpilogue.Accumulate), "int4 tiles end in float32");
        Refuse(Kind == TileKind.ExpertDown && (Epilogue != TileEpilogue.Accumulate || IsMasked), "the expert product accumulates whole panels");
        Refuse(Kind == TileKind.ExpertDown ? Depth is < 4 or > 256 || Depth % 4 != 0 : Depth != 0, "a depth of 4 to 256 is the expert product's alone");
        Refuse(IsFetching && (Kind != TileKind.ExpertDown || Rows > MaxFetchingRows), "only expert products of 1 to 4 rows fetch");
    }

    private void Refuse(bool isWrong, string reason)
    {
        if (isWrong)
        {
            throw new NotSupportedException($"no kernel for {this}: {reason}");
        }
    }
}
