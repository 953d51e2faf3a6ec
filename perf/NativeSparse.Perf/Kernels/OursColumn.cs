using System.Globalization;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace NativeSparse.Perf;

/// <summary>A figure of our own kernels alone.</summary>
/// <param name="name">The header.</param>
/// <param name="legend">What it means.</param>
/// <param name="value">The figure from what is known about the case and the time of one run in nanoseconds.</param>
/// <param name="format">How it is written.</param>
internal sealed class OursColumn(string name, string legend, Func<KernelFacts, double, double?> value, string format) : KernelColumn(name, legend)
{
    public override string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        benchmarkCase.Descriptor.WorkloadMethod.Name == nameof(KernelFamilyBench.Ours) && Median(summary, benchmarkCase) is { } nanoseconds
            ? value(KernelFacts.Of(KernelBenchmarks.Instance(benchmarkCase).Case), nanoseconds)?.ToString(format, CultureInfo.InvariantCulture) ?? Nothing
            : Nothing;
}
