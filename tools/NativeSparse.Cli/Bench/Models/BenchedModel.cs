using NativeSparse.Cli.Running;

namespace NativeSparse.Cli.Bench.Models;

/// <summary>One runner of a model benchmark.</summary>
/// <param name="Name">
/// <c>onnxruntime</c> and how the file holds its networks, such as <c>onnxruntime float32</c>; one of its dynamic int8 rows; or <c>nativesparse</c>.
/// </param>
/// <param name="File">The model file.</param>
/// <param name="Runner">The loaded model, owned.</param>
/// <param name="Baseline">Plain ONNX Runtime on the dense model, or null when no dense file is given.</param>
internal sealed record BenchedModel(string Name, string File, ModelRunner Runner, BenchedModel? Baseline) : IDisposable
{
    /// <summary>Name of the engine.</summary>
    public const string Ours = "nativesparse";

    /// <summary>ONNX Runtime's dynamic int8 with a scale for each output's weights.</summary>
    public const string DynamicInt8 = "onnxruntime dynamic int8 per channel";

    /// <summary>The same with one scale for each weight: the default of its tools.</summary>
    public const string DynamicInt8PerTensor = "onnxruntime dynamic int8 per tensor";

    /// <summary>Whether it is plain ONNX Runtime on the file as it is.</summary>
    public bool IsBaseline => Runner is OnnxRuntimeRunner && Baseline is null;

    /// <summary>Whether it is ours.</summary>
    public bool IsOurs => Runner is EngineRunner;

    /// <summary>What the engine runs where; null in ONNX Runtime.</summary>
    public EngineInfo? Info => (Runner as EngineRunner)?.Info;

    /// <summary>Form of the sites, or null in ONNX Runtime.</summary>
    public string? Form => Info is { } info ? string.Join('+', info.Sites.Select(site => site.Form).Distinct().Order(StringComparer.Ordinal)) : null;

    /// <summary>How the sites' matrices are held, or null in ONNX Runtime.</summary>
    public string? Precision => Info is { } info ? string.Join('+', info.Sites.Select(site => site.Precision).Distinct().Order(StringComparer.Ordinal)) : null;

    /// <summary>Mean share of the hidden neurons that run for a token.</summary>
    public double ActiveShare => Info?.Report?.Sites is { Count: > 0 } sites ? sites.Average(site => site.ActiveShare) : 1;

    /// <inheritdoc/>
    public void Dispose() => Runner.Dispose();
}
