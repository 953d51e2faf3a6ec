using NativeSparse.Conversion;
using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>Runs every kernel family's contract cases on a backend of this machine, and a few timings. Needs nothing but the kernels: no ONNX Runtime.</summary>
public static class SelfTest
{
    private const int Rounds = 7;

    private static readonly int[] TimedTokens = [1, 128];

    /// <summary>Runs everything.</summary>
    /// <param name="backendName">A backend's name, or null for the automatic one.</param>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <param name="cancellation">Checked between cases.</param>
    /// <exception cref="BackendUnavailableException">The backend cannot run here.</exception>
    public static SelfTestResult Run(string? backendName = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        using var backend = BackendCatalog.Open(backendName);
        using var reference = BackendCatalog.Open(ReferenceBackend.VersionName);
        ContractCase[] cases = [.. ContractCases.Of(backend)];
        var results = new List<(ContractCase Case, CaseResult Result)>();
        foreach (var @case in cases)
        {
            cancellation.ThrowIfCancellationRequested();
            results.Add((@case, @case.Check(backend, reference)));
            progress?.Report((double)results.Count / (cases.Length + 1));
        }

        var families = results.GroupBy(entry => (entry.Case.Family, entry.Case.Precision)).Select(group => new SelfTestFamily
        {
            Family = group.Key.Family,
            Precision = Precisions.Name(group.Key.Precision),
            Cases = group.Count(),
            WorstError = group.Max(entry => entry.Result.Error),
            Wrong = [.. group.Where(entry => !entry.Result.IsPassed).Select(entry => entry.Case.Name)],
        });
        var timings = Time(backend, cancellation);
        progress?.Report(1);
        return new SelfTestResult(CpuIdentity.Name, backend.Name, [.. families], timings);
    }

    /// <summary>A product of few and of many tokens at each precision; none where they are plain loops or a device's threads are simulated.</summary>
    internal static SelfTestTiming[] Time(Backend backend, CancellationToken cancellation)
    {
        if (backend.IsSimulated || (backend.Int8Tile is null && !backend.IsDevice))
        {
            return [];
        }

        using var operands = new SelfTestOperands(backend);
        return [.. from precision in Enum.GetValues<Precision>().Where(backend.Has) from tokens in TimedTokens select Time(operands, precision, tokens, cancellation)];
    }

    private static SelfTestTiming Time(SelfTestOperands operands, Precision precision, int tokens, CancellationToken cancellation)
    {
        List<Contender> contenders = [operands.Product(precision, tokens)];
        using var peaks = new KernelPeaks(contenders);
        var peak = peaks.Add(operands.Backend, precision);
        var samples = InterleavedRunner.Run(contenders, Rounds, cancellation: cancellation);
        return new SelfTestTiming
        {
            Case = $"{SelfTestOperands.InputWidth}x{SelfTestOperands.OutputWidth}",
            Precision = Precisions.Name(precision),
            Tokens = tokens,
            Milliseconds = samples[0].Median,
            ShareOfPeak = peak < 0 ? null : samples[peak].Over(samples[0]).Median * SelfTestOperands.Operations(tokens) / peaks.Operations(peak),
        };
    }
}
