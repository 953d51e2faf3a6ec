using NativeSparse.Forms;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Linears;

/// <summary>Linears that read one value, their matrices at their precision.</summary>
/// <param name="Matrices">Each <c>[in, out]</c>.</param>
/// <param name="Biases">For each matrix <c>[out]</c>, or null.</param>
internal sealed record LinearParameters(IReadOnlyList<FormMatrix> Matrices, IReadOnlyList<float[]?> Biases)
{
    /// <summary>The parameters of stored weights at a precision.</summary>
    /// <exception cref="ArgumentException">The precision cannot hold a weight.</exception>
    public static LinearParameters Create(IReadOnlyList<LinearWeights> weights, Precision precision) => new(
        [.. weights.Select(linear => FormMatrix.Create(linear.Weight, linear.InputWidth, linear.OutputWidth, precision))],
        [.. weights.Select(linear => linear.Bias)]);
}
