namespace NativeSparse.Kernels;

/// <summary>How a version of the int8 tile wants its rows. q is the rounded activation (0 to 255), z the row's zero point.</summary>
internal enum RowEncoding
{
    /// <summary>16 bits: q - z.</summary>
    Words,

    /// <summary>8 bits: q; the tile subtracts z times the column's sum.</summary>
    UnsignedBytes,

    /// <summary>8 bits: q - 128; the tile subtracts z - 128 times the column's sum.</summary>
    SignedBytes,
}
