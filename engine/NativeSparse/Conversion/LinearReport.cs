namespace NativeSparse.Conversion;

/// <summary>What happened to linears that read one value.</summary>
/// <param name="Name">Their name.</param>
/// <param name="Precision">How their matrices are held.</param>
/// <param name="InputWidth">Width of the value they read.</param>
/// <param name="OutputWidths">Width of each output.</param>
/// <param name="Bytes">Bytes of their weights.</param>
public sealed record LinearReport(string Name, string Precision, int InputWidth, IReadOnlyList<int> OutputWidths, long Bytes)
{
    /// <summary>Remarks worth reading.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
