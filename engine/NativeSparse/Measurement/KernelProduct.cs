using System.Globalization;

namespace NativeSparse.Measurement;

/// <summary>One product of a shape.</summary>
/// <param name="InputWidth">K.</param>
/// <param name="OutputWidth">N.</param>
/// <param name="Positions">Rows for each token or image: the pixels of a pointwise convolution.</param>
public readonly record struct KernelProduct(int InputWidth, int OutputWidth, int Positions = 1)
{
    /// <summary><c>KxN</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{InputWidth}x{OutputWidth}");
}
