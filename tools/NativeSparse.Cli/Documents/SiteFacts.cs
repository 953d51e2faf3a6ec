namespace NativeSparse.Cli.Documents;

/// <summary>One feed-forward site.</summary>
internal sealed record SiteFacts
{
    /// <summary>The site's name.</summary>
    public required string Name { get; init; }

    /// <summary><c>plain</c> or <c>gated</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>D.</summary>
    public required int InputWidth { get; init; }

    /// <summary>H; of experts: all of them together.</summary>
    public required int HiddenWidth { get; init; }

    /// <summary>Width of the output.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>The activation's name.</summary>
    public required string Activation { get; init; }

    /// <summary>Element type of the stored weights.</summary>
    public required string WeightType { get; init; }

    /// <summary>Whether the stored weights are integers with scales.</summary>
    public required bool Quantized { get; init; }

    /// <summary>Which biases there are.</summary>
    public required BiasFacts Bias { get; init; }

    /// <summary>Number of weights and biases.</summary>
    public required long Parameters { get; init; }

    /// <summary>Share of the model's parameters.</summary>
    public required double Share { get; init; }

    /// <summary>Name of the value it reads.</summary>
    public required string Input { get; init; }

    /// <summary>Name of the value it writes.</summary>
    public required string Output { get; init; }

    /// <summary>The form of a converted site; <c>dense</c> also for a site as the exporter left it, which <see cref="RunsIn"/> tells apart.</summary>
    public required string Form { get; init; }

    /// <summary>What runs it when the file is loaded as it is: <c>onnxruntime</c> where it is not converted, else <c>nativesparse</c>.</summary>
    public required string RunsIn { get; init; }

    /// <summary>Whether it is a site as the exporter left it.</summary>
    internal bool IsUntouched => RunsIn == OnnxRuntime;

    /// <summary><see cref="RunsIn"/> of a site that is not converted.</summary>
    internal const string OnnxRuntime = "onnxruntime";

    /// <summary><see cref="RunsIn"/> of a converted site.</summary>
    internal const string Ours = "nativesparse";
}
