using NativeSparse.Conversion;

namespace NativeSparse;

/// <summary>What an engine runs, and where.</summary>
public sealed record EngineInfo
{
    /// <summary>Full name of the backend that runs the forms, for example <c>cpu:vector256</c>.</summary>
    public required string Backend { get; init; }

    /// <summary>Threads of the session.</summary>
    public required int Threads { get; init; }

    /// <summary>Version of ONNX Runtime.</summary>
    public required string OnnxRuntime { get; init; }

    /// <summary>The sites that run on our kernels.</summary>
    public required IReadOnlyList<SiteInfo> Sites { get; init; }

    /// <summary>What was left to ONNX Runtime or fell back, and why.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>Bytes of weights that the forms own.</summary>
    public long ByteCount => Sites.Sum(site => site.ByteCount);

    /// <summary>The report of the conversion, when the model was converted at load or the file carries one.</summary>
    public ConversionReport? Report { get; init; }
}
