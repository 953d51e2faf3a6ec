using System.Globalization;
using System.Text.Json.Nodes;
using NativeSparse.Calibration;
using NativeSparse.Cli.LanguageModels;
using NativeSparse.Cli.Running;
using NativeSparse.Cli.Text;
using NativeSparse.Conversion;

namespace NativeSparse.Cli.Demo;

/// <summary>
/// The four runners of the demo: two dense ones, two converted. Each conversion is done once, into a temporary folder, so that sessions
/// of several thread counts can load it. Disposing removes the folder.
/// </summary>
internal sealed class DemoModels : IDisposable
{
    /// <summary>Name of the baseline.</summary>
    public const string OnnxRuntime = "onnxruntime float32";

    private const int CalibrationWindows = 48;
    private static readonly double[] ActiveShares = [0.5, 0.25];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nativesparse-demo-");
    private readonly string? _backend;
    private readonly string _dense;

    /// <summary>Unpacks the embedded model.</summary>
    public DemoModels(string? backend)
    {
        _backend = backend;
        _dense = Path.Combine(_folder.FullName, "dense.onnx");
        File.WriteAllBytes(_dense, EmbeddedModel.ReadModel());
    }

    /// <summary>Converts the model with each active share: experts, default method, 48 windows of 256 calibration tokens, a fifth of them held out.</summary>
    public void Convert(ByteLevelTokenizer tokenizer, int threads, IProgress<ConversionProgress> progress, CancellationToken cancellation)
    {
        var windows = TokenWindows.Spread(
            TokenWindows.Cut(tokenizer.Encode(EmbeddedModel.ReadCalibrationText()), EmbeddedModel.Context), CalibrationWindows);
        var calibration = new CalibrationData { Batches = windows.Select(DecoderInputs.Create), CompareWithChance = false };
        foreach (var share in ActiveShares)
        {
            using var session = SessionSettings.Create(threads);
            var plan = ConversionPlan.ForEverySite("experts", options: new JsonObject { ["active"] = share });
            var options = new SparseOptions { Backend = _backend, SessionOptions = session, Progress = progress };
            ModelConverter.Convert(_dense, PathOf(share), plan, calibration, options, cancellation);
        }
    }

    /// <summary>Loads the runners, baseline first.</summary>
    public IReadOnlyList<DemoModel> Load(int threads, CancellationToken cancellation)
    {
        var models = new List<DemoModel>();
        try
        {
            models.Add(new DemoModel(OnnxRuntime, new OnnxRuntimeRunner(_dense, threads)));
            models.Add(Load("nativesparse dense", _dense, ConversionPlan.ForEverySite("dense"), threads, cancellation));
            foreach (var share in ActiveShares)
            {
                models.Add(Load(string.Create(CultureInfo.InvariantCulture, $"nativesparse experts {share:P0}"), PathOf(share), null, threads, cancellation));
            }

            return models;
        }
        catch
        {
            models.ForEach(loaded => loaded.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    private string PathOf(double share) =>
        Path.Combine(_folder.FullName, string.Create(CultureInfo.InvariantCulture, $"experts-{share * 100:0}.onnx"));

    private DemoModel Load(string name, string path, ConversionPlan? plan, int threads, CancellationToken cancellation)
    {
        using var session = SessionSettings.Create(threads);
        var options = new SparseOptions { Plan = plan, Backend = _backend, SessionOptions = session };
        return new DemoModel(name, new EngineRunner(SparseEngine.Load(path, options, cancellation)));
    }
}
