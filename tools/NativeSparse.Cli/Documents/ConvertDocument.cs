using NativeSparse.Conversion;

namespace NativeSparse.Cli.Documents;

/// <summary>Answer of <c>convert</c>.</summary>
internal sealed record ConvertDocument
{
    /// <summary>The saved file.</summary>
    public required string Output { get; init; }

    /// <summary>Bytes of the saved file and its external data.</summary>
    public required long Bytes { get; init; }

    /// <summary>Time of the whole conversion.</summary>
    public required double Seconds { get; init; }

    /// <summary>Tokens the fits saw.</summary>
    public required int CalibrationTokens { get; init; }

    /// <summary>Tokens the errors are measured on.</summary>
    public required int HeldOutTokens { get; init; }

    /// <summary>How both were separated.</summary>
    public required string? Split { get; init; }

    /// <summary>Each converted site.</summary>
    public required IReadOnlyList<SiteReport> Sites { get; init; }

    /// <summary>Each converted linear outside the sites.</summary>
    public required IReadOnlyList<LinearReport> Linears { get; init; }

    /// <summary>The whole model against the dense one.</summary>
    public required ModelReport? Model { get; init; }

    /// <summary>Remarks on the conversion as a whole.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Whether the saved file, loaded again, gave the same outputs bit for bit.</summary>
    public required bool Verified { get; init; }

    /// <summary>Backend, as it was asked for, or null.</summary>
    public required string? Backend { get; init; }

    /// <summary>Threads of the sessions.</summary>
    public required int Threads { get; init; }
}
