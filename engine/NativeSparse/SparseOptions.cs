using Microsoft.ML.OnnxRuntime;
using NativeSparse.Calibration;
using NativeSparse.Conversion;

namespace NativeSparse;

/// <summary>How an engine loads and runs a model.</summary>
public sealed record SparseOptions
{
    /// <summary>Most threads that can be asked for.</summary>
    public const int MaxThreads = 1024;

    /// <summary>
    /// What happens to each dense site at load. Null, and no <see cref="Precision"/> or <see cref="Linears"/>: a dense file runs as it is in ONNX Runtime; form nodes of a converted file run on
    /// our kernels in any case.
    /// </summary>
    public ConversionPlan? Plan { get; init; }

    /// <summary>
    /// Without a plan: every feed-forward network of a dense file runs on our kernels with its matrices held so (<c>float32</c>, <c>int8</c>,
    /// <c>int4</c>, <c>bfloat16</c>); null: they stay in ONNX Runtime.
    /// </summary>
    public string? Precision { get; init; }

    /// <summary>
    /// Without a plan: every other linear with constant weights runs on our kernels with its matrix held so; those of one input are one node.
    /// Null: they stay in ONNX Runtime.
    /// </summary>
    public string? Linears { get; init; }

    /// <summary>Inputs that converters fit on; required by plans whose converters need it.</summary>
    public CalibrationData? Calibration { get; init; }

    /// <summary>Backend name; null: the environment variable NATIVESPARSE_BACKEND, else <c>auto</c>.</summary>
    public string? Backend { get; init; }

    /// <summary>
    /// Threads of the session, shared by ONNX Runtime and our kernels, 1 to <see cref="MaxThreads"/>; null: one for each core. Ignored when
    /// <see cref="SessionOptions"/> is given.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to anything else.</exception>
    public int? Threads
    {
        get;
        init
        {
            if (value is < 1 or > MaxThreads)
            {
                throw new ArgumentOutOfRangeException(nameof(Threads), value, $"expected 1 to {MaxThreads} threads, or null for one for each core");
            }

            field = value;
        }
    }

    /// <summary>The host's own session options; the engine adds its operators to them and does not dispose them.</summary>
    public SessionOptions? SessionOptions { get; init; }

    /// <summary>Further native custom-operator libraries that the session registers.</summary>
    /// <exception cref="ArgumentException">Set to null, or to a list that holds null.</exception>
    public IReadOnlyList<string> CustomOpLibraries
    {
        get;
        init => field = Argument.Elements(value, nameof(CustomOpLibraries));
    } = [];

    /// <summary>Folder that external data of a model loaded from bytes or a stream are relative to.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>Told about the steps of a conversion at load.</summary>
    public IProgress<ConversionProgress>? Progress { get; init; }

    /// <summary>The plan, or the one that <see cref="Precision"/> and <see cref="Linears"/> make; null where there is none of them.</summary>
    /// <exception cref="ArgumentException">There are a plan and one of them.</exception>
    internal ConversionPlan? EffectivePlan
    {
        get
        {
            if (Precision is null && Linears is null)
            {
                return Plan;
            }

            return Plan is null
                ? new ConversionPlan
                {
                    DefaultForm = Precision is null ? Forms.FormRegistry.None : "dense",
                    DefaultPrecision = Precision ?? "float32",
                    Linears = Linears is null ? null : new LinearPlan { Precision = Linears },
                }
                : throw new ArgumentException(
                    $"{nameof(Plan)} and {nameof(Precision)} or {nameof(Linears)} are given; a plan says both itself ({nameof(ConversionPlan.DefaultPrecision)}, {nameof(ConversionPlan.Linears)})");
        }
    }
}
