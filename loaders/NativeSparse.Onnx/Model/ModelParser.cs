using System.Buffers;
using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>Turns bytes into a model that the rest may walk without care: a graph is there, functions are inlined, nodes are sorted.</summary>
internal static class ModelParser
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ModelFormatException">It is not a readable ONNX model.</exception>
    internal static ModelProto ReadFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new ModelFormatException($"'{path}' is a folder, expected an ONNX file", path);
        }

        if (File.Exists(path) && !FileKind.IsOrdinary(path))
        {
            throw new ModelFormatException($"'{path}' is a device, a pipe or a socket, expected an ONNX file", path);
        }

        using var stream = File.OpenRead(path);
        return ReadStream(stream, path);
    }

    /// <summary>Reads a stream to its end.</summary>
    /// <exception cref="ModelFormatException">It is not a readable ONNX model.</exception>
    internal static ModelProto ReadStream(Stream stream, string? path)
    {
        if (stream.CanSeek && stream.Length - stream.Position > int.MaxValue)
        {
            throw new ModelFormatException(
                $"the model has {stream.Length - stream.Position} bytes, more than the 2 GB of the format; larger models keep their weights in external data", path);
        }

        return Checked(() => ModelProto.Parser.ParseFrom(stream), path);
    }

    /// <summary>Reads a model from memory.</summary>
    /// <exception cref="ModelFormatException">The bytes are not a readable ONNX model.</exception>
    internal static ModelProto ReadMemory(ReadOnlyMemory<byte> bytes) =>
        Checked(() => ModelProto.Parser.ParseFrom(new ReadOnlySequence<byte>(bytes)), null);

    private static ModelProto Checked(Func<ModelProto> parse, string? path)
    {
        ModelProto model;
        try
        {
            model = parse();
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new ModelFormatException(
                $"not a readable ONNX model ({exception.Message}); check that the file is an ONNX model and complete", path, innerException: exception);
        }

        if (model.Graph is null)
        {
            throw new ModelFormatException("not an ONNX model: it holds no graph; check that the file is an ONNX model and complete", path);
        }

        FunctionInliner.Inline(model, path);
        GraphSorter.Sort(model.Graph, path);
        return model;
    }
}
