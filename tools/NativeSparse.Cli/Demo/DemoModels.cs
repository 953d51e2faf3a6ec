using System.Text.Json.Nodes;
using NativeSparse.Calibration;
using NativeSparse.Cli.LanguageModels;
using NativeSparse.Cli.Running;
using NativeSparse.Cli.Text;
using NativeSparse.Conversion;

namespace NativeSparse.Cli.Demo;

/// <summary>Loads the four runners of the demo for a number of threads: two dense ones, two converted at load.</summary>
/// <param name="model">The serialized model.</param>
/// <param name="calibration">Inputs to fit on.</param>
/// <param name="backend">Backend of our kernels, or null.</param>
internal sealed class DemoModels(byte[] model, CalibrationData calibration, string? backend)
{
    /// <summary>Name of the baseline.</summary>
    public const string OnnxRuntime = "onnxruntime float32";

    private const int CalibrationWindows = 80;
    private static readonly double[] ActiveShares = [0.5, 0.25];

    /// <summary>The demo's calibration windows: 80 of 256 tokens, evenly spread over the text.</summary>
    public static CalibrationData Calibrate(ByteLevelTokenizer tokenizer, string text)
    {
        var windows = TokenWindows.Spread(TokenWindows.Cut(tokenizer.Encode(text), EmbeddedModel.Context), CalibrationWindows);
        return new CalibrationData { Batches = windows.Select(DecoderInputs.Create) };
    }

    /// <summary>The runners, baseline first.</summary>
    public IReadOnlyList<DemoModel> Load(int threads, IProgress<ConversionProgress> progress, CancellationToken cancellation)
    {
        var models = new List<DemoModel>();
        try
        {
            models.Add(new DemoModel(OnnxRuntime, new OnnxRuntimeRunner(model, threads)));
            models.Add(Convert("nativesparse dense", ConversionPlan.ForEverySite("dense"), null, threads, progress, cancellation));
            foreach (var share in ActiveShares)
            {
                var plan = ConversionPlan.ForEverySite("experts", options: new JsonObject { ["active"] = share });
                models.Add(Convert($"nativesparse experts {share:P0}", plan, calibration, threads, progress, cancellation));
            }

            return models;
        }
        catch
        {
            models.ForEach(loaded => loaded.Dispose());
            throw;
        }
    }

    private DemoModel Convert(
        string name,
        ConversionPlan plan,
        CalibrationData? data,
        int threads,
        IProgress<ConversionProgress> progress,
        CancellationToken cancellation)
    {
        using var session = SessionSettings.Create(threads);
        var options = new SparseOptions { Plan = plan, Calibration = data, Backend = backend, SessionOptions = session, Progress = progress };
        return new DemoModel(name, new EngineRunner(SparseEngine.Load(model, options, cancellation)));
    }
}
