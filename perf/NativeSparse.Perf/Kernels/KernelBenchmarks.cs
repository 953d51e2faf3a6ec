using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Running;
using NativeSparse.Kernels;

namespace NativeSparse.Perf;

/// <summary>What every kernel benchmark is shown with.</summary>
internal sealed class KernelBenchmarks : ManualConfig
{
    /// <summary>The processes of the benchmarks are built with the whole solution's analyzers.</summary>
    private static readonly TimeSpan LongestBuild = TimeSpan.FromMinutes(10);

    public KernelBenchmarks()
    {
        WithBuildTimeout(LongestBuild);
        AddDiagnoser(MemoryDiagnoser.Default);
        AddFilter(new SimpleFilter(Applies));
        AddColumn(
            new TimeRatioColumn("x own dense", "own dense kernels of the same precision over this", nameof(ExpertDispatchBench.OwnDense), nameof(KernelFamilyBench.Ours)),
            new TimeRatioColumn("x ORT fp32", "ONNX Runtime at float32 over this", nameof(ComparedFamilyBench.OnnxRuntimeFloat32)),
            new TimeRatioColumn(
                "x ORT same", "ONNX Runtime at the same precision over this", nameof(ComparedFamilyBench.OnnxRuntime), nameof(ComparedFamilyBench.OnnxRuntimeFloat32)),
            new TimeRatioColumn("x ORT MoE", "ONNX Runtime's MoE operator (QMoE at int8) over this; same function: OursAsMoe", nameof(ExpertDispatchBench.OnnxRuntimeMoe)),
            new TimeRatioColumn("x plain loop", "a loop over the edges of a graph over this", nameof(SemiringBench.PlainLoop)),
            new TimeRatioColumn("x reference", "our plain loops over this", nameof(SemiringBench.Reference)),
            new OursColumn("of peak", "share of the measured multiply-add peak of one core", KernelFacts.ShareOfPeak, "0.00"),
            new OursColumn("of bandwidth", "weight bytes a second over the measured read bandwidth of one core; above 1 from the caches", KernelFacts.ShareOfBandwidth, "0.00"),
            new OursColumn("max error", "largest difference to float64, relative to the largest value", (facts, _) => facts.MaxError, "0.0e+0"));
    }

    /// <summary>The case of a benchmark.</summary>
    internal static KernelFamilyBench Instance(BenchmarkCase benchmark)
    {
        var instance = (KernelFamilyBench)Activator.CreateInstance(benchmark.Descriptor.Type)!;
        instance.Shape = (string)benchmark.Parameters[nameof(KernelFamilyBench.Shape)];
        instance.Tokens = (int)benchmark.Parameters[nameof(KernelFamilyBench.Tokens)];
        instance.Precision = (Precision)benchmark.Parameters[nameof(KernelFamilyBench.Precision)];
        return instance;
    }

    /// <summary>ONNX Runtime at float32 is measured once, and its operators for experts have no bfloat16.</summary>
    private static bool Applies(BenchmarkCase benchmark)
    {
        var precision = (Precision)benchmark.Parameters[nameof(KernelFamilyBench.Precision)];
        return benchmark.Descriptor.WorkloadMethod.Name switch
        {
            nameof(ComparedFamilyBench.OnnxRuntime) => precision is Precision.Int8 or Precision.Int4,
            nameof(ExpertDispatchBench.OnnxRuntimeMoe) or nameof(ExpertDispatchBench.OursAsMoe) => precision != Precision.BFloat16,
            _ => true,
        };
    }
}
