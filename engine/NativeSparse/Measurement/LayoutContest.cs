using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>The layouts of a sparse matrix that may be the fastest, and the one that the cost model picks.</summary>
/// <param name="Picked">The pick.</param>
/// <param name="Contenders">Each layout's product, the pick's among them.</param>
internal sealed record LayoutContest(SparseLayout Picked, IReadOnlyList<(SparseLayout Layout, Contender Contender)> Contenders);
