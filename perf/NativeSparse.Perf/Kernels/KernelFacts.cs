using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>What a case is besides its time: measured once in the process that writes the table.</summary>
/// <param name="Precision">How the weights are held.</param>
/// <param name="Operations">Of one run; 0 where there are none to speak of.</param>
/// <param name="WeightBytes">Of one run; 0 where there are none.</param>
/// <param name="MaxError">Largest difference to float64, relative to the largest value.</param>
internal sealed record KernelFacts(Precision Precision, double Operations, double WeightBytes, double? MaxError)
{
    private const int PeakRounds = 21;

    private static readonly Dictionary<KernelCase, KernelFacts> Known = [];

    private static readonly Dictionary<Precision, double?> Peaks = [];

    private static readonly Lazy<MachineLimits> Limits = new(MachineLimits.Measure);

    /// <summary>The facts of a case.</summary>
    public static KernelFacts Of(KernelCase @case)
    {
        if (!Known.TryGetValue(@case, out var facts))
        {
            using var backend = BackendCatalog.Open();
            using var problem = KernelProblem.Create(@case, threads: 1);
            problem.Prepare(backend).Run();
            facts = new KernelFacts(@case.Precision, problem.Operations, problem.WeightBytes, problem.MeasureError());
            Known.Add(@case, facts);
        }

        return facts;
    }

    /// <summary>Operations a second over the peak that the backend has at the precision; null without operations or a peak.</summary>
    public static double? ShareOfPeak(KernelFacts facts, double nanoseconds) =>
        facts.Operations > 0 ? facts.Operations / nanoseconds / Peak(facts.Precision) : null;

    /// <summary>Weight bytes a second over the read bandwidth of one core; null without weights.</summary>
    public static double? ShareOfBandwidth(KernelFacts facts, double nanoseconds) =>
        facts.WeightBytes > 0 ? facts.WeightBytes / nanoseconds / Limits.Value.ReadGBs : null;

    /// <summary>Operations a nanosecond.</summary>
    private static double? Peak(Precision precision)
    {
        if (!Peaks.TryGetValue(precision, out var peak))
        {
            using var backend = BackendCatalog.Open();
            var contenders = new List<Contender>();
            using var peaks = new KernelPeaks(contenders);
            var index = peaks.Add(backend, precision);
            peak = index < 0 ? null : peaks.Operations(index) / InterleavedRunner.Run(contenders, PeakRounds)[index].P10 / 1e6;
            Peaks.Add(precision, peak);
        }

        return peak;
    }
}
