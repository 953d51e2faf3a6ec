namespace NativeSparse.Kernels;

/// <summary>An operand whose shape or element type does not fit the operation.</summary>
/// <param name="operand">Which operand.</param>
/// <param name="expected">What was expected.</param>
/// <param name="actual">What was given.</param>
public sealed class ShapeMismatchException(string operand, string expected, string actual)
    : ArgumentException($"{operand}: expected {expected}, got {actual}")
{
    /// <summary>What was expected.</summary>
    public string Expected { get; } = expected;

    /// <summary>What was given.</summary>
    public string Actual { get; } = actual;
}
