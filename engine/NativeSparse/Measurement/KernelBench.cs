using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Choices;
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
    /// <exception cref="NotSupportedException">A backend has no such precision, which is said before anything is timed.</exception>
    public static KernelBenchResult Run(
        KernelBenchOptions options, IProgress<KernelBenchRow>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        var backends = new List<Backend>();
        try
        {
            foreach (var backend in options.Backends.Select(BackendCatalog.Open))
            {
                if (backends.Exists(other => other.Name == backend.Name))
                {
                    backend.Dispose();
                }
                else
                {
                    backends.Add(backend);
                }
            }

            RequirePrecisions(options.Cases, backends);
            using var automatic = BackendCatalog.Open("cpu");
            var limits = MachineLimits.Measure();
            var costs = new Dictionary<Precision, KeptSparseCosts>();
            var rows = new List<KernelBenchRow>();
            foreach (var @case in options.Cases)
            {
                foreach (var row in RunCase(@case, options, backends, automatic, costs, limits, cancellation))
                {
                    rows.Add(row);
                    progress?.Report(row);
                }
            }

            var environment = new KernelBenchEnvironment(
                CpuIdentity.Name, Environment.ProcessorCount, options.Threads, automatic.Name, limits.PeakGflops, limits.ReadGBs,
                OrtEnv.Instance().GetVersionString(), RuntimeInformation.FrameworkDescription);
            return new KernelBenchResult(environment, rows) { SparseCosts = [.. costs.Values] };
        }
        finally
        {
            backends.ForEach(backend => backend.Dispose());
        }
    }

    private static void RequirePrecisions(IReadOnlyList<KernelCase> cases, List<Backend> backends)
    {
        foreach (var backend in backends)
        {
            if (cases.FirstOrDefault(@case => !backend.Has(@case.Precision)) is { } lacking)
            {
                throw new NotSupportedException(
                    $"{backend.Name} has no {Precisions.Name(lacking.Precision)}, which {lacking.FamilyName} {lacking.Name} asks for; it has "
                    + string.Join(", ", Enum.GetValues<Precision>().Where(backend.Has).Select(Precisions.Name)));
            }
        }
    }

    private static IReadOnlyList<KernelBenchRow> RunCase(
        KernelCase @case,
        KernelBenchOptions options,
        List<Backend> backends,
        Backend automatic,
        Dictionary<Precision, KeptSparseCosts> costs,
        MachineLimits limits,
        CancellationToken cancellation)
    {
        using var run = new KernelCaseRun(@case, options);
        foreach (var backend in backends)
        {
            // Which layout is picked matters where the backend is.
            run.Add(backend, backend.Name == automatic.Name ? Costs : null);
        }

        return run.Measure(automatic.Name, limits, cancellation);

        SparseCosts Costs(Precision precision)
        {
            if (!costs.TryGetValue(precision, out var known))
            {
                costs[precision] = known = options.MeasureCosts
                    ? options.Costs.Measure(automatic, precision, cancellation)
                    : options.Costs.Get(automatic, precision, cancellation);
            }

            return known.Costs;
        }
    }
}
