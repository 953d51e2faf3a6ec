using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>
/// An ONNX model in memory: read, searched, rewritten and saved. Data in other files (external data) stay there and are read when
/// they are needed. Not thread-safe.
/// </summary>
public sealed partial class OnnxModel
{
    private OnnxModel(ModelProto proto, string? path, string? folder)
    {
        Proto = proto;
        Folder = folder;
        Tensors = new TensorReader(new ExternalFolder(folder, path), path);
        foreach (var tensor in GraphWalk.Tensors(proto).Where(TensorReader.IsExternal))
        {
            Tensors.CheckedLength(tensor);
        }

        foreach (var entry in proto.MetadataProps)
        {
            Metadata[entry.Key] = entry.Value;
        }
    }

    /// <summary>The parsed model: functions inlined, nodes in topological order.</summary>
    internal ModelProto Proto { get; }

    /// <summary>Reads the data of this model's tensors.</summary>
    internal TensorReader Tensors { get; }

    /// <summary>Folder that external data are relative to; null when the model came without one.</summary>
    internal string? Folder { get; }

    /// <summary>The file's <c>metadata_props</c>; changes are written by <see cref="Save(string)"/>.</summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Reads a model file. External data are checked (place and size) but not read.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ModelFormatException">
    /// The file is not a readable ONNX model: not the format, no graph, a cycle, a function that calls itself, or external data that
    /// lie outside the model's folder or are too short.
    /// </exception>
    public static OnnxModel Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new(ModelParser.ReadFile(path), path, Path.GetDirectoryName(Path.GetFullPath(path)));
    }

    /// <summary>Reads a model from a stream, up to its end.</summary>
    /// <param name="stream">The serialized model.</param>
    /// <param name="folder">Folder of its external data, or null when there are none.</param>
    /// <exception cref="ModelFormatException">The stream is not a readable ONNX model.</exception>
    public static OnnxModel Load(Stream stream, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new(ModelParser.ReadStream(stream, null), null, folder);
    }

    /// <summary>Reads a model from memory. The bytes are copied.</summary>
    /// <param name="bytes">The serialized model.</param>
    /// <param name="folder">Folder of its external data, or null when there are none.</param>
    /// <exception cref="ModelFormatException">The bytes are not a readable ONNX model.</exception>
    public static OnnxModel Load(ReadOnlyMemory<byte> bytes, string? folder = null) => new(ModelParser.ReadMemory(bytes), null, folder);

    /// <summary>
    /// Writes the model under a temporary name, then renames it: the old file stays until the new one is complete. External data are
    /// copied to <c>path.data</c> in the same way, and weights go there when the model exceeds 2 GB. The path it was loaded from is fine.
    /// </summary>
    /// <exception cref="ModelFormatException">External data of the source cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => Save(path, new SaveOptions());

    /// <summary>Writes the model as <see cref="Save(string)"/> does.</summary>
    /// <param name="path">The model file.</param>
    /// <param name="options">Where weights go.</param>
    /// <param name="cancellationToken">Cancels between pieces of data; nothing of the new files stays.</param>
    /// <exception cref="ModelFormatException">External data of the source cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Save(string path, SaveOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        StoreMetadata();
        new ModelWriter(this, options, cancellationToken).Write(path);
    }

    /// <summary>The serialized model; external data stay external, relative to the folder it was loaded from.</summary>
    /// <exception cref="ModelFormatException">More than 2 GB lie in memory: use <see cref="ToSession"/> or save.</exception>
    public byte[] ToBytes()
    {
        StoreMetadata();
        TensorBytes.CheckRest(Proto, []);
        return Proto.ToByteArray();
    }

    /// <summary>
    /// The model as an ONNX Runtime session takes it, whatever its size. Above <see cref="SaveOptions.ExternalDataThreshold"/> it is
    /// written to a temporary folder that the result owns.
    /// </summary>
    /// <exception cref="ModelFormatException">More than 2 GB lie in attributes, or external data cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing stays on the disk.</exception>
    public SessionModel ToSession(SaveOptions? options = null, CancellationToken cancellationToken = default)
    {
        StoreMetadata();
        return SessionModel.Create(this, options ?? new SaveOptions(), cancellationToken);
    }

    private void StoreMetadata()
    {
        // In place: entries keep their order in the file.
        var missing = new Dictionary<string, string>(Metadata, StringComparer.Ordinal);
        for (var i = 0; i < Proto.MetadataProps.Count; i++)
        {
            var entry = Proto.MetadataProps[i];
            if (missing.Remove(entry.Key, out var value))
            {
                entry.Value = value;
            }
            else
            {
                Proto.MetadataProps.RemoveAt(i--);
            }
        }

        foreach (var (key, value) in missing)
        {
            Proto.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }
    }
}
