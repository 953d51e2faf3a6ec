
namespace NativeSparse.Forms.Experts.Converters;

/// <summary>What a converter made of a site, and how well it did on held-out tokens.</summary>
/// <param name="Parameters">The form.</param>
/// <param name="Assignment">The expert of each hidden neuron of the dense network, or null where experts are copies.</param>
/// <param name="LabelAgreement">Agreement with the converter's own labels on held-out tokens, where it has labels.</param>
/// <param name="Notes">Remarks for the report.</param>
internal sealed record ExpertsConversion(
    ExpertsParameters Parameters, int[]? Assignment, double? LabelAgreement = null, IReadOnlyList<string>? Notes = null)
{
    /// <summary>Tokens that the fits saw; 0 where nothing was fitted.</summary>
    public int FittedTokens { get; init; }
}
