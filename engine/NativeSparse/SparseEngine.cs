using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Kernels;
using NativeSparse.Session;

namespace NativeSparse;

/// <summary>
/// A loaded model: one ONNX Runtime session in which the feed-forward networks run on our kernels. Runs are thread-safe;
/// disposing waits for those under way, and may be done twice.
/// </summary>
public sealed class SparseEngine : IDisposable
{
    private readonly ModelSession _session;
    private readonly Backend _backend;

    private SparseEngine(ModelSession session, EngineInfo info, Backend backend)
    {
        _session = session;
        _backend = backend;
        Info = info;
    }

    /// <summary>What runs where.</summary>
    public EngineInfo Info { get; }

    /// <summary>Names of the inputs, in the model's order.</summary>
    public IReadOnlyList<string> InputNames => _session.InputNames;

    /// <summary>Names of the outputs, in the model's order.</summary>
    public IReadOnlyList<string> OutputNames => _session.OutputNames;

    /// <summary>Element types and shapes of the inputs.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> InputMetadata => _session.InputMetadata;

    /// <summary>Element types and shapes of the outputs.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> OutputMetadata => _session.OutputMetadata;

    /// <summary>Loads a model file, dense or converted.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="options">How to load and run; null: a dense model runs as it is, a converted one on the default backend.</param>
    /// <param name="cancellation">Cancels a conversion at load.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="Onnx.ModelFormatException">The file is not a readable model.</exception>
    /// <exception cref="ConversionException">The plan does not fit the model.</exception>
    /// <exception cref="BackendUnavailableException">The backend cannot run here.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the model.</exception>
    public static SparseEngine Load(string path, SparseOptions? options = null, CancellationToken cancellation = default) =>
        Load(ModelSource.FromFile(path), options, cancellation);

    /// <summary>Loads a model from a stream, which is read to its end and left open.</summary>
    /// <inheritdoc cref="Load(string, SparseOptions?, CancellationToken)"/>
    public static SparseEngine Load(Stream stream, SparseOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return Load(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), options, cancellation);
    }

    /// <summary>Loads a model from memory, which is not used after the call.</summary>
    /// <inheritdoc cref="Load(string, SparseOptions?, CancellationToken)"/>
    public static SparseEngine Load(ReadOnlyMemory<byte> model, SparseOptions? options = null, CancellationToken cancellation = default) =>
        Load(new ModelSource(null, model, options?.ModelFolder), options, cancellation);

    /// <summary>
    /// Runs the model on the caller's buffers: <paramref name="inputs"/> in the order of <see cref="InputNames"/>,
    /// <paramref name="outputs"/> in the order of <see cref="OutputNames"/>. Allocates nothing on the managed heap after warm-up,
    /// unless the token can be cancelled.
    /// </summary>
    /// <exception cref="ArgumentException">The number of inputs or outputs is wrong.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the values; the message says why.</exception>
    /// <exception cref="DeviceLostException">The device failed: dispose this, and load again.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the outputs are undefined.</exception>
    public void Run(ReadOnlySpan<OrtValue> inputs, ReadOnlySpan<OrtValue> outputs, CancellationToken cancellation = default) =>
        _session.Run(inputs, outputs, cancellation);

    /// <summary>Runs the model on named tensors and returns its outputs as new tensors (<c>Tensor&lt;float&gt;</c>, <c>Tensor&lt;long&gt;</c>, ...).</summary>
    /// <exception cref="ArgumentException">An input is missing, unknown, or of a type that cannot be passed; the message lists all inputs.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the values; the message says why.</exception>
    /// <exception cref="DeviceLostException">The device failed: dispose this, and load again.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyDictionary<string, ITensor> Run(
        IReadOnlyDictionary<string, IReadOnlyTensor> inputs, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return _session.Run(inputs, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _backend.Dispose();
    }

    /// <summary>Loads a model onto a backend, which the engine owns from here on, also when it fails.</summary>
    internal static SparseEngine Load(ModelSource source, SparseOptions options, Backend backend, CancellationToken cancellation)
    {
        var (session, info) = EngineLoader.Load(source, options, backend, cancellation);
        return new SparseEngine(session, info, backend);
    }

    private static SparseEngine Load(ModelSource source, SparseOptions? options, CancellationToken cancellation)
    {
        options ??= new SparseOptions();
        return Load(source, options, BackendCatalog.Open(options.Backend), cancellation);
    }
}
