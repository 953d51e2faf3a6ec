using NativeSparse.Conversion;

namespace NativeSparse.Forms;

/// <summary>A converted site: its parameters and the numbers that judge them.</summary>
/// <param name="Parameters">The form's content.</param>
/// <param name="Report">What happened; bytes are filled in after packing.</param>
internal sealed record FormConversion(FormParameters Parameters, SiteReport Report)
{
    /// <summary>Tokens that the fits saw; 0 where nothing was fitted.</summary>
    public int FittedTokens { get; init; }
}
