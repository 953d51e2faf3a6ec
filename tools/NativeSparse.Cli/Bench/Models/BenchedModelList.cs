using System.Runtime.InteropServices;
using NativeSparse.Calibration;
using NativeSparse.Cli.Running;
using NativeSparse.Conversion;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Bench.Models;

/// <summary>Loads what a model benchmark compares. Disposes what it loaded.</summary>
internal sealed class BenchedModelList : IDisposable
{
    private const string Dense = "dense";
    private readonly List<BenchedModel> _models = [];

    /// <summary>All of them. Converted files are compared with the first dense one that has the same inputs and outputs, wherever it stands.</summary>
    public IReadOnlyList<BenchedModel> Models
    {
        get
        {
            BenchedModel? Dense(BenchedModel converted) => _models.FirstOrDefault(model => model.IsBaseline && HasSameSignature(model.Runner, converted.Runner));
            return [.. _models.Select(model => !model.IsBaseline && model.Baseline is null ? model with { Baseline = Dense(model) } : model)];
        }
    }

    /// <summary>
    /// Adds the runners of a file: of a dense one ONNX Runtime, its dynamic int8 where the file is not quantized, ours dense, and ours with the plan; of a converted one ours, beside the
    /// first dense file.
    /// </summary>
    /// <exception cref="InputException">A dense file has nothing that the plan, or a dense one, moves to our kernels.</exception>
    public void Add(string path, ConversionPlan? plan, CalibrationData? calibration, int? threads, SparseOptions options, CancellationToken cancellation)
    {
        var asIs = new EngineRunner(SparseEngine.Load(path, options, cancellation));
        if (asIs.Info.Sites.Count > 0)
        {
            _models.Add(new BenchedModel(BenchedModel.Ours, path, asIs, null));
            return;
        }

        asIs.Dispose();
        var baseline = new BenchedModel(BaselineName.Of(path, plan?.Linears is not null), path, new OnnxRuntimeRunner(path, threads), null);
        _models.Add(baseline);
        AddDynamicInt8(path, threads, baseline);
        AddConverted(path, ConversionPlan.ForEverySite(Dense), null, baseline, options, cancellation);
        if (plan is not null && (plan.Linears is not null || !plan.Sites.All(site => site is { Form: Dense, Options: null, Precision: null or "float32" })))
        {
            AddConverted(path, plan, calibration, baseline, options, cancellation);
        }
    }

    /// <summary>Whether ONNX Runtime's int8 products of 8-bit weights may saturate on this processor: the row that stands for its best has weights of 7 bits then.</summary>
    public static bool SaturatesProducts { get; } = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86
        && !BackendCatalog.List().Any(backend => backend.Usable && backend.Name.Contains("vnni", StringComparison.Ordinal));

    /// <inheritdoc/>
    public void Dispose() => _models.ForEach(model => model.Dispose());

    private static bool HasSameSignature(ModelRunner left, ModelRunner right) =>
        left.InputNames.Order().SequenceEqual(right.InputNames.Order()) && left.OutputNames.Order().SequenceEqual(right.OutputNames.Order());

    private void AddDynamicInt8(string path, int? threads, BenchedModel baseline)
    {
        var original = OnnxModel.Load(path);
        if (original.FindFeedForwards().Sites.Any(site => site.Quantized) || original.FindLinears().Any(linear => linear.Quantized))
        {
            return;
        }

        foreach (var (name, perChannel, reduceRange) in ((string, bool, bool)[])[(BenchedModel.DynamicInt8, true, SaturatesProducts), (BenchedModel.DynamicInt8PerTensor, false, false)])
        {
            var model = OnnxModel.Load(path);
            if (model.QuantizeDynamically(perChannel, reduceRange) > 0)
            {
                _models.Add(new BenchedModel(name, path, new OnnxRuntimeRunner(model, threads), baseline));
            }
        }
    }

    private void AddConverted(
        string path, ConversionPlan plan, CalibrationData? calibration, BenchedModel baseline, SparseOptions options, CancellationToken cancellation)
    {
        var engine = SparseEngine.Load(path, options with { Plan = plan, Calibration = calibration }, cancellation);
        if (engine.Info.Sites.Count == 0)
        {
            engine.Dispose();
            return;
        }

        _models.Add(new BenchedModel(BenchedModel.Ours, path, new EngineRunner(engine), baseline));
    }
}
