using NativeSparse.Onnx;

namespace NativeSparse.Forms.Dense;

/// <summary>The dense network itself.</summary>
/// <param name="Weights">Its weights.</param>
internal sealed record DenseParameters(FeedForwardWeights Weights) : FormParameters;
