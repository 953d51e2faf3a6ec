namespace NativeSparse.Kernels;

/// <summary>The products that tiles are assembled for.</summary>
internal enum TileKind
{
    /// <summary>u8 rows times s8 panels of 32 columns, <c>[K/4][32][4]</c>.</summary>
    Int8,

    /// <summary>s8 rows times u4 panels of 16 columns in groups of 32 (<see cref="Int4TileEmitter"/>).</summary>
    Int4,

    /// <summary>s8 hidden rows times u8 panels of 32 columns, all columns of one expert in one call (<see cref="ExpertDownEmitter"/>).</summary>
    ExpertDown,
}
