using Microsoft.ML.OnnxRuntime;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Running;

/// <summary>A loaded model of either kind: plain ONNX Runtime or the engine.</summary>
internal abstract class ModelRunner : IDisposable
{
    /// <summary>Inputs in the model's order.</summary>
    public abstract IReadOnlyList<string> InputNames { get; }

    /// <summary>Outputs in the model's order.</summary>
    public abstract IReadOnlyList<string> OutputNames { get; }

    /// <summary>Element types and shapes of the inputs.</summary>
    public abstract IReadOnlyDictionary<string, NodeMetadata> InputMetadata { get; }

    /// <summary>Element types and shapes of the outputs.</summary>
    public abstract IReadOnlyDictionary<string, NodeMetadata> OutputMetadata { get; }

    /// <summary>Runs once and returns new outputs.</summary>
    public abstract IReadOnlyList<ConstantTensor> Run(IReadOnlyDictionary<string, ConstantTensor> inputs, CancellationToken cancellation);

    /// <summary>Runs on buffers that the caller owns, in the order of the names.</summary>
    public abstract void Run(OrtValue[] inputs, OrtValue[] outputs);

    /// <inheritdoc/>
    public abstract void Dispose();
}
