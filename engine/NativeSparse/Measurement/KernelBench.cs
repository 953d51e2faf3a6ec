using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Conversion;
using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>
/// Times kernels of several backends beside own dense kernels, ONNX Runtime and the machine's multiply-add peak, interleaved, in one process.
/// </summary>
public static class KernelBench
{
    /// <summary>Runs every case on every backend.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="progress">Told each row when it is measured.</param>
    /// <param name="cancellation">Checked between timings.</param>
    /// <exception cref="BackendUnavailableException">A backend cannot run here.</exception>
    public static KernelBenchResult Run(
        KernelBenchOptions options, IProgress<KernelBenchRow>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        var backends = new List<Backend>();
        try
        {
            backends.AddRange(options.Backends.Select(BackendCatalog.Open).DistinctBy(backend => backend.Name));
            using var automatic = BackendCatalog.Open("cpu");
            var limits = MachineLimits.Measure();
            var rows = new List<KernelBenchRow>();
            foreach (var @case in options.Cases)
            {
                foreach (var row in RunCase(@case, options, backends, automatic.Name, limits, cancellation))
                {
                    rows.Add(row);
                    progress?.Report(row);
                }
            }

            var environment = new KernelBenchEnvironment(
                CpuIdentity.Name, Environment.ProcessorCount, options.Threads, automatic.Name, limits.PeakGflops, limits.ReadGBs,
                OrtEnv.Instance().GetVersionString(), RuntimeInformation.FrameworkDescription);
            return new KernelBenchResult(environment, rows);
        }
        finally
        {
            backends.ForEach(backend => backend.Dispose());
        }
    }

    private static List<KernelBenchRow> RunCase(
        KernelCase @case, KernelBenchOptions options, List<Backend> backends, string picked, MachineLimits limits, CancellationToken cancellation)
    {
        if (@case is { Family: KernelFamily.Routing, Precision: not Precision.Float32 })
        {
            throw new ArgumentException($"routing has no precision but float32, got {Precisions.Name(@case.Precision)}", nameof(@case));
        }

        if (@case is { Family: KernelFamily.Experts, Precision: Precision.Int4 or Precision.BFloat16 })
        {
            throw new ArgumentException($"experts have no {Precisions.Name(@case.Precision)}; they have float32 and int8", nameof(@case));
        }

        using KernelProblem problem = @case.Family switch
        {
            KernelFamily.Dense when !@case.IsCold => new DenseProblem(@case, options.Threads),
            KernelFamily.Dense or KernelFamily.FeedForward => new FeedForwardProblem(@case, options.Threads),
            KernelFamily.Experts => new ExpertProblem(@case, options.Threads),
            _ => new RoutingProblem(@case, options.Threads),
        };
        var contenders = new List<Contender>();
        using var peaks = new KernelPeaks(contenders);
        var baseline = Add(contenders, problem.Baseline);
        var float32Baseline = problem.Float32Baseline == problem.Baseline ? baseline : Add(contenders, problem.Float32Baseline);
        var runs = new List<(Backend Backend, int Own, int Dense, int Float32, int Peak, double? Error, long Allocated)>();
        foreach (var backend in backends)
        {
            var own = problem.Prepare(backend);
            own.Run();
            var error = problem.MeasureError();
            runs.Add((
                backend,
                Add(contenders, own),
                Add(contenders, problem.PrepareDense(backend)),
                Add(contenders, problem.PrepareFloat32(backend)),
                peaks.Add(backend, @case.Precision),
                error,
                CountAllocated(own.Run)));
        }

        var samples = InterleavedRunner.Run(contenders, options.Rounds, cancellation: cancellation);
        return runs.ConvertAll(run =>
        {
            var own = samples[run.Own];
            PairedRatio? toBaseline = baseline < 0 ? null : samples[baseline].Over(own);
            return new KernelBenchRow
            {
                Family = @case.FamilyName,
                Case = @case.Name,
                Precision = Precisions.Name(@case.Precision),
                Tokens = @case.Tokens,
                Threads = options.Threads,
                Cold = @case.IsCold,
                Backend = run.Backend.Name,
                Milliseconds = own.Median,
                P10Milliseconds = own.P10,
                RatioToDense = run.Dense >= 0 ? samples[run.Dense].Over(own).Median : @case.Family is KernelFamily.Dense or KernelFamily.FeedForward ? 1 : null,
                RatioToOwnFloat32 = run.Float32 >= 0 ? samples[run.Float32].Over(own).Median : null,
                RatioToOnnxRuntime = toBaseline?.Median,
                RatioToOnnxRuntimeLow = toBaseline?.Low,
                RatioToOnnxRuntimeHigh = toBaseline?.High,
                RatioToOnnxRuntimeFloat32 = float32Baseline < 0 ? null : samples[float32Baseline].Over(own).Median,
                ShareOfPeak = problem.Operations > 0 && run.Peak >= 0
                    ? samples[run.Peak].Over(own).Median * problem.Operations / (peaks.Operations(run.Peak) * options.Threads)
                    : null,
                ShareOfBandwidth = problem.WeightBytes > 0 ? problem.WeightBytes / own.Median / 1e6 / limits.ReadGBs : null,
                MaxError = run.Error,
                AllocatedBytes = run.Allocated,
                Picked = run.Backend.Name == picked,
            };
        });
    }

    private static int Add(List<Contender> contenders, Contender? contender)
    {
        if (contender is null)
        {
            return -1;
        }

        contenders.Add(contender);
        return contenders.Count - 1;
    }

    private static long CountAllocated(Action run)
    {
        run();
        run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        run();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
