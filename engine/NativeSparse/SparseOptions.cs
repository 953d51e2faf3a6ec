using Microsoft.ML.OnnxRuntime;
using NativeSparse.Calibration;
using NativeSparse.Conversion;

namespace NativeSparse;

/// <summary>How an engine loads and runs a model.</summary>
public sealed record SparseOptions
{
    /// <summary>
    /// What happens to each dense site at load. Null: a dense file runs as it is in ONNX Runtime; form nodes of a converted file run on
    /// our kernels in any case.
    /// </summary>
    public ConversionPlan? Plan { get; init; }

    /// <summary>Inputs that converters fit on; required by plans whose converters need it.</summary>
    public CalibrationData? Calibration { get; init; }

    /// <summary>Backend name; null: the environment variable NATIVESPARSE_BACKEND, else <c>auto</c>.</summary>
    public string? Backend { get; init; }

    /// <summary>Threads of the session, shared by ONNX Runtime and our kernels; null: one for each core. Ignored when <see cref="SessionOptions"/> is given.</summary>
    public int? Threads { get; init; }

    /// <summary>The host's own session options; the engine adds its operators to them and does not dispose them.</summary>
    public SessionOptions? SessionOptions { get; init; }

    /// <summary>Further native custom-operator libraries that the session registers.</summary>
    public IReadOnlyList<string> CustomOpLibraries { get; init; } = [];

    /// <summary>Folder that external data of a model loaded from bytes or a stream are relative to.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Told about the steps of a conversion at load.</summary>
    public IProgress<ConversionProgress>? Progress { get; init; }
}
