namespace NativeSparse.Kernels.Tests;

/// <param name="Text">As it was written.</param>
/// <param name="Operation">The operation and what follows it after dots.</param>
/// <param name="Guard">The register of its predicate, or -1.</param>
/// <param name="IsNegated">Whether it runs where the predicate is false.</param>
/// <param name="Operands">Each with the parts of a vector.</param>
internal sealed record PtxInstruction(string Text, string[] Operation, int Guard, bool IsNegated, PtxOperand[][] Operands)
{
    /// <summary>The operation as it was written.</summary>
    public string Name { get; } = string.Join('.', Operation);

    /// <summary>The last part: the type of most instructions.</summary>
    public string Type => Operation[^1];

    /// <summary>Whether all lanes of a warp must come to it together.</summary>
    public bool IsOfWarp => Operation[0] is "mma" or "ldmatrix";

    public bool IsBarrier => Operation[0] == "bar";

    public bool Has(string part) => Array.IndexOf(Operation, part) > 0;
}
