using NativeSparse.Kernels;

namespace NativeSparse.Choices;

/// <summary>Costs of sparse layouts, and where they come from.</summary>
/// <param name="Costs">The costs.</param>
/// <param name="File">The file that holds them, or null where none does.</param>
/// <param name="WasKept">Whether they were read from it; else they were measured now.</param>
/// <param name="Reason">Why kept costs were not taken, or these could not be kept; null where nothing was in the way.</param>
public sealed record KeptSparseCosts(SparseCosts Costs, string? File, bool WasKept, string? Reason);
