using System.Text.Json.Serialization;

namespace NativeSparse.Conversion;

/// <summary>What a conversion did, with the numbers that judge it. Written into the converted file.</summary>
public sealed record ConversionReport
{
    /// <summary>The saved file, or null when converted at load.</summary>
    public string? Output { get; init; }

    /// <summary>Bytes of the saved file and its external data; 0 when converted at load, and in the report that the file itself carries.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Bytes { get; init; }

    /// <summary>Time of the whole conversion.</summary>
    public double Seconds { get; init; }

    /// <summary>Tokens the fits saw.</summary>
    public int CalibrationTokens { get; init; }

    /// <summary>Tokens the errors are measured on; no fit saw them.</summary>
    public int HeldOutTokens { get; init; }

    /// <summary>How calibration and held-out data were separated.</summary>
    public string? Split { get; init; }

    /// <summary>Each converted site.</summary>
    public IReadOnlyList<SiteReport> Sites { get; init; } = [];

    /// <summary>Each converted linear outside the networks.</summary>
    public IReadOnlyList<LinearReport> Linears { get; init; } = [];

    /// <summary>The whole model against the dense one, or null when there was nothing to run it on.</summary>
    public ModelReport? Model { get; init; }

    /// <summary>Remarks on the conversion as a whole that are worth reading: entries of the plan without effect, a file that grew.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>True when the saved file, loaded again, gave the same outputs bit for bit.</summary>
    public bool Verified { get; init; }
}
