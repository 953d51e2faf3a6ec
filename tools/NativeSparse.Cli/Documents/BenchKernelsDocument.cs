using NativeSparse.Measurement;

namespace NativeSparse.Cli.Documents;

/// <summary>Answer of <c>bench kernels</c>.</summary>
internal sealed record BenchKernelsDocument(KernelBenchEnvironment Environment, IReadOnlyList<KernelBenchRow> Rows, IReadOnlyList<SparseCostsFacts> SparseCosts);
