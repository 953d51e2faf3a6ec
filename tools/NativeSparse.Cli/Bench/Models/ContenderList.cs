using NativeSparse.Calibration;
using NativeSparse.Cli.Running;
using NativeSparse.Conversion;

namespace NativeSparse.Cli.Bench.Models;

/// <summary>Loads what a model benchmark compares. Disposes what it loaded.</summary>
internal sealed class ContenderList : IDisposable
{
    private const string Dense = "dense";
    private readonly List<Contender> _contenders = [];

    /// <summary>All of them; baselines stand before those that are compared with them.</summary>
    public IReadOnlyList<Contender> Contenders => _contenders;

    /// <summary>
    /// Adds the runners of a file: of a dense one ONNX Runtime, ours dense, and ours with the plan; of a converted one ours, beside the
    /// first dense file.
    /// </summary>
    public void Add(string path, ConversionPlan? plan, CalibrationData? calibration, int? threads, SparseOptions options, CancellationToken cancellation)
    {
        var asIs = new EngineRunner(SparseEngine.Load(path, options, cancellation));
        if (asIs.Info.Sites.Count > 0)
        {
            _contenders.Add(new Contender(Contender.Ours, path, asIs, _contenders.FirstOrDefault(other => other.Name == Contender.OnnxRuntime)));
            return;
        }

        asIs.Dispose();
        var baseline = new Contender(Contender.OnnxRuntime, path, new OnnxRuntimeRunner(path, threads), null);
        _contenders.Add(baseline);
        AddConverted(path, ConversionPlan.ForEverySite(Dense), null, baseline, options, cancellation);
        if (plan is not null && !plan.Sites.All(site => site is { Form: Dense, Options: null }))
        {
            AddConverted(path, plan, calibration, baseline, options, cancellation);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _contenders.ForEach(contender => contender.Dispose());

    private void AddConverted(
        string path, ConversionPlan plan, CalibrationData? calibration, Contender baseline, SparseOptions options, CancellationToken cancellation)
    {
        var engine = SparseEngine.Load(path, options with { Plan = plan, Calibration = calibration }, cancellation);
        _contenders.Add(new Contender(Contender.Ours, path, new EngineRunner(engine), baseline));
    }
}
