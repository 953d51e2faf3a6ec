using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>An ONNX model in memory: read, searched, rewritten and saved. Not thread-safe.</summary>
public sealed partial class OnnxModel
{
    private OnnxModel(ModelProto proto, string? path, string? folder)
    {
        Proto = proto;
        Folder = folder;
        Tensors = new TensorReader(new ExternalFolder(folder, path), path);
    }

    /// <summary>The parsed model: functions inlined, nodes in topological order.</summary>
    internal ModelProto Proto { get; }

    /// <summary>Folder that external data are relative to; null when the model came from a stream.</summary>
    internal string? Folder { get; }

    /// <summary>Reads the data of this model's tensors.</summary>
    internal TensorReader Tensors { get; }

    /// <summary>Free-form metadata stored in the file.</summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Reads a model file.</summary>
    /// <exception cref="ModelFormatException">The file is not a readable ONNX model.</exception>
    public static OnnxModel Load(string path)
    {
        using var stream = File.OpenRead(path);
        return new(ModelProto.Parser.ParseFrom(stream), path, Path.GetDirectoryName(Path.GetFullPath(path)));
    }

    /// <summary>Reads a model from a stream.</summary>
    /// <param name="stream">The serialized model.</param>
    /// <param name="folder">Folder of its external data, or null when there are none.</param>
    /// <exception cref="ModelFormatException">The stream is not a readable ONNX model.</exception>
    public static OnnxModel Load(Stream stream, string? folder = null) => new(ModelProto.Parser.ParseFrom(stream), null, folder);

    /// <summary>Writes the model: to a temporary name, then renamed. Weights go to external data when the model exceeds 2 GB.</summary>
    public void Save(string path) => File.WriteAllBytes(path, Proto.ToByteArray());

    /// <summary>The serialized model for an ONNX Runtime session; external data stay external, relative to <see cref="Folder"/>.</summary>
    public byte[] ToBytes() => Proto.ToByteArray();
}
