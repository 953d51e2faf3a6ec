using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>Writes a model and, where it needs one, its data file.</summary>
internal sealed class ModelWriter(OnnxModel model, SaveOptions options, CancellationToken cancellation)
{
    private const int SmallAlignment = 64;

    // ONNX Runtime maps tensors that start on a page.
    private const int PageAlignment = 4096;
    private const int PageWorth = 64 << 10;

    /// <summary>Writes <paramref name="path"/> and, when tensors are external, <c>path.data</c>; both appear together.</summary>
    /// <exception cref="ModelFormatException">External data of the source cannot be read.</exception>
    internal void Write(string path)
    {
        var full = FileReplacement.CheckTarget(Path.GetFullPath(path));
        var dataPath = DataPath(full);
        var copy = model.Proto.Clone();
        var moves = Moves(copy);
        using var files = new FileReplacement();
        if (moves.Count > 0)
        {
            WriteData(moves, files.Create(dataPath), Path.GetFileName(dataPath));
        }

        cancellation.ThrowIfCancellationRequested();
        var stream = files.Create(full);
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            copy.WriteTo(output);
        }

        var overwritten = Overwritten(moves, dataPath);
        files.Commit();

        // The model goes on reading its tensors where they now lie.
        foreach (var (source, target) in overwritten)
        {
            ExternalReference.Parse(target, full).WriteTo(source);
        }
    }

    /// <summary>The data file of a model at a full path.</summary>
    /// <remarks>A location with a colon or a backslash would mean something else on another system.</remarks>
    internal static string DataPath(string full) =>
        Path.Combine(Path.GetDirectoryName(full)!, $"{Path.GetFileName(full)}.data".Replace(':', '_').Replace('\\', '_'));

    private List<(TensorProto Source, TensorProto Target)> Moves(ModelProto copy)
    {
        var pairs = GraphWalk.Tensors(model.Proto).Zip(GraphWalk.Tensors(copy)).ToList();
        var leaving = TensorBytes.Inside(model.Proto) > options.ExternalDataThreshold
            ? TensorBytes.Movable(model.Proto, options.SmallestExternal).ToHashSet(ReferenceEqualityComparer.Instance)
            : [];
        var moves = pairs.Where(pair => TensorReader.IsExternal(pair.First) || leaving.Contains(pair.First)).ToList();
        TensorBytes.CheckRest(model.Proto, moves.Select(move => move.First));
        return moves;
    }

    private void WriteData(List<(TensorProto Source, TensorProto Target)> moves, FileStream stream, string location)
    {
        var written = new Dictionary<(string Location, long Offset, long Length), long>();
        foreach (var (source, target) in moves)
        {
            var length = model.Tensors.CheckedLength(source);
            var origin = TensorReader.IsExternal(source) ? ExternalReference.Parse(source, null) : default;
            var key = (origin.Location ?? "", origin.Offset, length);

            // Tied weights may share bytes in the source: they share them in the copy too.
            if (origin.Location is null || !written.TryGetValue(key, out var offset))
            {
                offset = Align(stream, length);
                foreach (var chunk in model.Tensors.Chunks(source))
                {
                    cancellation.ThrowIfCancellationRequested();
                    stream.Write(chunk.Span);
                }

                if (origin.Location is not null)
                {
                    written.Add(key, offset);
                }
            }

            new ExternalReference(location, offset, length).WriteTo(target);
        }
    }

    private List<(TensorProto Source, TensorProto Target)> Overwritten(List<(TensorProto Source, TensorProto Target)> moves, string dataPath)
    {
        if (model.Folder is null || moves.Count == 0)
        {
            return [];
        }

        var folder = ExternalFolder.RealPath(Path.GetFullPath(model.Folder));
        var replaced = Path.Combine(ExternalFolder.RealPath(Path.GetDirectoryName(dataPath)!), Path.GetFileName(dataPath));
        return moves.Where(move => TensorReader.IsExternal(move.Source) && Means(ExternalReference.Parse(move.Source, null).Location)).ToList();

        bool Means(string location)
        {
            var path = Path.GetFullPath(Path.Combine(folder, location));
            return path == replaced || ExternalFolder.RealPath(path) == replaced;
        }
    }

    private static long Align(FileStream stream, long length)
    {
        var alignment = length >= PageWorth ? PageAlignment : SmallAlignment;
        var offset = (stream.Position + alignment - 1) / alignment * alignment;
        stream.Write(new byte[offset - stream.Position]);
        return offset;
    }
}
