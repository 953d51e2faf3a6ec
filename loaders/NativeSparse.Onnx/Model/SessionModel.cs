using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>
/// A model as an ONNX Runtime session takes it: bytes below 2 GB, the folder of its external data, and the initializers that did not
/// fit the bytes. Give the folder as <c>session.model_external_initializers_file_folder_path</c> and each initializer with
/// <c>SessionOptions.AddInitializer</c>; their memory is the model's own and must outlive the session.
/// </summary>
/// <param name="Bytes">The serialized model.</param>
/// <param name="Folder">Folder that external data are relative to, or null.</param>
/// <param name="Initializers">Initializers to supply from memory, under their full names.</param>
public sealed record SessionModel(byte[] Bytes, string? Folder, IReadOnlyList<ConstantTensor> Initializers)
{
    private const string MemoryLocation = "supplied-from-memory";

    // What nodes, names and shapes may add to the tensor data before a message passes 2 GB.
    private const long Room = 64L << 20;

    internal static SessionModel Create(OnnxModel model, SaveOptions options)
    {
        var inside = InsideBytes(model.Proto);
        if (inside <= options.ExternalDataThreshold)
        {
            CheckRest(inside, []);
            return new SessionModel(model.Proto.ToByteArray(), model.Folder, []);
        }

        var copy = model.Proto.Clone();
        var moved = Movable([model.Proto.Graph], options.SmallestExternal).ToHashSet(ReferenceEqualityComparer.Instance);
        CheckRest(inside, moved.Cast<TensorProto>());
        var supplied = new List<ConstantTensor>();
        foreach (var (source, target) in model.Proto.Graph.Initializer.Zip(copy.Graph.Initializer))
        {
            if (moved.Contains(source))
            {
                var constant = model.Tensors.ReadConstant(source);
                supplied.Add(constant);
                new ExternalReference(MemoryLocation, 0, constant.Data.Length).WriteTo(target);
            }
        }

        return new SessionModel(copy.ToByteArray(), model.Folder, supplied);
    }

    /// <summary>Bytes of tensor data inside the message.</summary>
    internal static long InsideBytes(ModelProto model) =>
        GraphWalk.Tensors(model).Where(tensor => !TensorReader.IsExternal(tensor)).Sum(DataBytes);

    /// <summary>The initializers that may leave the message.</summary>
    internal static IEnumerable<TensorProto> Movable(IEnumerable<GraphProto> graphs, int smallest) =>
        graphs.SelectMany(graph => graph.Initializer)
            .Where(tensor => !TensorReader.IsExternal(tensor) && ElementTypes.Bits(tensor.DataType) > 0 && DataBytes(tensor) >= smallest);

    /// <summary>Refuses a message that would pass 2 GB even without the initializers that leave it.</summary>
    internal static void CheckRest(long inside, IEnumerable<TensorProto> moved)
    {
        var rest = inside - moved.Where(tensor => !TensorReader.IsExternal(tensor)).Sum(DataBytes);
        if (rest > int.MaxValue - Room)
        {
            throw new ModelFormatException(
                $"{rest} bytes of tensor data cannot leave the model's message (they are attributes or small), which ends at 2 GB; make them initializers");
        }
    }

    private static long DataBytes(TensorProto tensor) => tensor.HasRawData
        ? tensor.RawData.Length
        : (4L * (tensor.FloatData.Count + tensor.Int32Data.Count)) + (8L * (tensor.Int64Data.Count + tensor.DoubleData.Count + tensor.Uint64Data.Count));
}
