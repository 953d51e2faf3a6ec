using NativeSparse.Kernels;
using NativeSparse.Linears;
using NativeSparse.Onnx;

namespace NativeSparse.Conversion;

/// <summary>Linears that read one value, with what they become.</summary>
/// <param name="Site">Where they are.</param>
/// <param name="Parameters">Their weights at their precision.</param>
/// <param name="Precision">How the matrices are held.</param>
internal sealed record ConvertedLinear(LinearSite Site, LinearParameters Parameters, Precision Precision)
{
    /// <summary>Packs the weights for a backend.</summary>
    /// <exception cref="NotSupportedException">The backend has no such matrices; the message names the site.</exception>
    public LinearOperator Build(Backend backend) => LinearNode.Build(Site.Name, Parameters, backend);
}
