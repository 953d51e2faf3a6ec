using NativeSparse.Choices;
using NativeSparse.Conversion;

namespace NativeSparse.Cli.Documents;

/// <summary>By which costs the layouts of sparse weights were picked.</summary>
internal sealed record SparseCostsFacts(string Backend, string Precision, string? File, bool WasKept, string? Reason)
{
    /// <summary>Those of costs.</summary>
    public static SparseCostsFacts Of(KeptSparseCosts kept) =>
        new(kept.Costs.Backend, Precisions.Name(kept.Costs.Precision), kept.File, kept.WasKept, kept.Reason);
}
