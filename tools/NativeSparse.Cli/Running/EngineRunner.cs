using Microsoft.ML.OnnxRuntime;
using NativeSparse.Cli.Inputs;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Running;

/// <summary>A model in the engine.</summary>
/// <param name="engine">The engine, owned from here on.</param>
internal sealed class EngineRunner(SparseEngine engine) : ModelRunner
{
    /// <summary>What runs where.</summary>
    public EngineInfo Info => engine.Info;

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputNames => engine.InputNames;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OutputNames => engine.OutputNames;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, NodeMetadata> InputMetadata => engine.InputMetadata;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, NodeMetadata> OutputMetadata => engine.OutputMetadata;

    /// <inheritdoc/>
    public override IReadOnlyList<ConstantTensor> Run(IReadOnlyDictionary<string, ConstantTensor> inputs, CancellationToken cancellation)
    {
        var outputs = engine.Run(inputs.ToDictionary(entry => entry.Key, entry => TensorValues.ToTensor(entry.Value)), cancellation);
        return [.. OutputNames.Select(name => Shaped(TensorValues.FromTensor(name, outputs[name])))];
    }

    private ConstantTensor Shaped(ConstantTensor output) =>
        OutputMetadata[output.Name].Dimensions.Length == 0 && output.Shape is [1] ? output with { Shape = [] } : output;

    /// <inheritdoc/>
    public override void Run(OrtValue[] inputs, OrtValue[] outputs) => engine.Run(inputs, outputs);

    /// <inheritdoc/>
    public override void Dispose() => engine.Dispose();
}
