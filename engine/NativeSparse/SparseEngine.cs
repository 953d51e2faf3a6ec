using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace NativeSparse;

/// <summary>
/// A loaded model: one ONNX Runtime session in which the feed-forward networks run on our kernels. Runs are thread-safe;
/// <see cref="Dispose"/> waits for nobody: dispose when no run is under way.
/// </summary>
public sealed class SparseEngine : IDisposable
{
    private SparseEngine()
    {
    }

    /// <summary>What runs where.</summary>
    public EngineInfo Info => throw new NotSupportedException();

    /// <summary>Names, element types and shapes of the inputs, in the model's order.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> InputMetadata => throw new NotSupportedException();

    /// <summary>Names, element types and shapes of the outputs, in the model's order.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> OutputMetadata => throw new NotSupportedException();

    /// <summary>Loads a model file, dense or converted.</summary>
    /// <exception cref="Onnx.ModelFormatException">The file is not a readable model.</exception>
    /// <exception cref="ConversionException">The plan does not fit the model.</exception>
    /// <exception cref="Kernels.BackendUnavailableException">The backend cannot run here.</exception>
    public static SparseEngine Load(string path, SparseOptions? options = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    /// <summary>Loads a model from a stream.</summary>
    public static SparseEngine Load(Stream stream, SparseOptions? options = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    /// <summary>Loads a model from memory.</summary>
    public static SparseEngine Load(ReadOnlyMemory<byte> model, SparseOptions? options = null, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    /// <summary>
    /// Runs the model on the caller's buffers: <paramref name="inputs"/> in the order of <see cref="InputMetadata"/>,
    /// <paramref name="outputs"/> in the order of <see cref="OutputMetadata"/>. Allocates nothing on the managed heap.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled; the outputs are undefined.</exception>
    public void Run(ReadOnlySpan<OrtValue> inputs, ReadOnlySpan<OrtValue> outputs, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    /// <summary>Runs the model on named tensors and returns its outputs as new tensors (<c>Tensor&lt;float&gt;</c>, <c>Tensor&lt;long&gt;</c>, ...).</summary>
    /// <exception cref="ArgumentException">An input is missing, unknown, or of the wrong type; the message lists all inputs.</exception>
    public IReadOnlyDictionary<string, ITensor> Run(IReadOnlyDictionary<string, IReadOnlyTensor> inputs, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
