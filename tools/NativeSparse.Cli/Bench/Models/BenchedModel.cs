using NativeSparse.Cli.Running;

namespace NativeSparse.Cli.Bench.Models;

/// <summary>One runner of a model benchmark.</summary>
/// <param name="Name"><c>onnxruntime</c> and how the file holds its networks, such as <c>onnxruntime float32</c>; or <c>nativesparse</c>.</param>
/// <param name="File">The model file.</param>
/// <param name="Runner">The loaded model, owned.</param>
/// <param name="Baseline">Plain ONNX Runtime on the dense model, or null when no dense file is given.</param>
internal sealed record BenchedModel(string Name, string File, ModelRunner Runner, BenchedModel? Baseline) : IDisposable
{
    /// <summary>Name of the engine.</summary>
    public const string Ours = "nativesparse";

    /// <summary>Whether it is plain ONNX Runtime.</summary>
    public bool IsBaseline => Runner is OnnxRuntimeRunner;

    /// <summary>What the engine runs where; null in ONNX Runtime.</summary>
    public EngineInfo? Info => (Runner as EngineRunner)?.Info;

    /// <summary>Form of the sites, or null in ONNX Runtime.</summary>
    public string? Form => Info is { } info ? string.Join('+', info.Sites.Select(site => site.Form).Distinct()) : null;

    /// <summary>How the sites' matrices are held, or null in ONNX Runtime.</summary>
    public string? Precision => Info is { } info ? string.Join('+', info.Sites.Select(site => site.Precision).Distinct()) : null;

    /// <summary>Mean share of the hidden neurons that run for a token.</summary>
    public double ActiveShare => Info?.Report?.Sites is { Count: > 0 } sites ? sites.Average(site => site.ActiveShare) : 1;

    /// <inheritdoc/>
    public void Dispose() => Runner.Dispose();
}
