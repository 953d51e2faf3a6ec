using System.Text.Json.Serialization;
using NativeSparse.Choices;

namespace NativeSparse.Measurement;

/// <summary>Measured rows and where they were measured.</summary>
/// <param name="Environment">The machine and the versions.</param>
/// <param name="Rows">One for each case and backend.</param>
public sealed record KernelBenchResult(KernelBenchEnvironment Environment, IReadOnlyList<KernelBenchRow> Rows)
{
    /// <summary>The costs by which layouts of sparse weights were picked, for each precision that had a pick.</summary>
    [JsonIgnore]
    public IReadOnlyList<KeptSparseCosts> SparseCosts { get; init; } = [];
}
