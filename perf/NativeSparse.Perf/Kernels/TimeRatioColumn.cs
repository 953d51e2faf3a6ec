using System.Globalization;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>The time of another method of the same case over this one's: above 1, this one is faster. Routing has nothing to be compared with.</summary>
/// <param name="name">The header.</param>
/// <param name="legend">What it means.</param>
/// <param name="methods">The other method: the first of these that the case has.</param>
internal sealed class TimeRatioColumn(string name, string legend, params string[] methods) : KernelColumn(name, legend)
{
    public override string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        var other = methods.Select(method => Find(summary, benchmarkCase, method)).FirstOrDefault(found => found is not null);
        return other is not null
            && KernelBenchmarks.Instance(benchmarkCase).Family != KernelFamily.Routing
            && Median(summary, other) is { } theirs
            && Median(summary, benchmarkCase) is { } ours
                ? (theirs / ours).ToString("0.00", CultureInfo.InvariantCulture)
                : Nothing;
    }

    private static BenchmarkCase? Find(Summary summary, BenchmarkCase like, string method) => summary.BenchmarksCases.FirstOrDefault(candidate =>
        candidate.Descriptor.Type == like.Descriptor.Type
        && candidate.Descriptor.WorkloadMethod.Name == method
        && candidate.Job.Id == like.Job.Id
        && candidate.Parameters.ValueInfo == like.Parameters.ValueInfo);
}
