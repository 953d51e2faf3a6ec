using Microsoft.ML.OnnxRuntime;
using NativeSparse.Cli.Inputs;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Running;

/// <summary>A model in plain ONNX Runtime: the baseline.</summary>
internal sealed class OnnxRuntimeRunner : ModelRunner
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly SessionModel? _model;

    /// <summary>Opens a file.</summary>
    public OnnxRuntimeRunner(string path, int? threads)
    {
        using var options = SessionSettings.Create(threads);
        _session = new InferenceSession(path, options);
    }

    /// <summary>Opens a serialized model.</summary>
    public OnnxRuntimeRunner(byte[] model, int? threads)
    {
        using var options = SessionSettings.Create(threads);
        _session = new InferenceSession(model, options);
    }

    /// <summary>Opens a rewritten model, whatever its size.</summary>
    public OnnxRuntimeRunner(OnnxModel model, int? threads)
    {
        _model = model.ToSession();
        try
        {
            using var options = SessionSettings.Create(threads);
            if (_model.Folder is { } folder)
            {
                options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder);
            }

            _session = new InferenceSession(_model.Bytes, options);
        }
        catch
        {
            _model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputNames => _session.InputNames;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OutputNames => _session.OutputNames;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, NodeMetadata> InputMetadata => _session.InputMetadata;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, NodeMetadata> OutputMetadata => _session.OutputMetadata;

    /// <inheritdoc/>
    public override IReadOnlyList<ConstantTensor> Run(IReadOnlyDictionary<string, ConstantTensor> inputs, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        OrtValue[] values = [.. InputNames.Select(name => TensorValues.ToOrtValue(inputs[name]))];
        try
        {
            using var results = _session.Run(_run, InputNames, values, OutputNames);
            return [.. results.Select((value, i) => TensorValues.FromOrtValue(OutputNames[i], value))];
        }
        finally
        {
            Array.ForEach(values, value => value.Dispose());
        }
    }

    /// <inheritdoc/>
    public override void Run(OrtValue[] inputs, OrtValue[] outputs) => _session.Run(_run, InputNames, inputs, OutputNames, outputs);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
        _model?.Dispose();
    }
}
