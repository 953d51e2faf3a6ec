using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>How much tensor data a model's message holds, and what of it may leave.</summary>
internal static class TensorBytes
{
    // What nodes, names and shapes may add to the tensor data before a message passes 2 GB.
    private const long Room = 64L << 20;

    /// <summary>Bytes of tensor data inside the message.</summary>
    internal static long Inside(ModelProto model) => GraphWalk.Tensors(model).Where(tensor => !TensorReader.IsExternal(tensor)).Sum(Of);

    /// <summary>The initializers that may leave the message.</summary>
    internal static IEnumerable<TensorProto> Movable(ModelProto model, int smallest) =>
        GraphWalk.Graphs(model.Graph)
            .SelectMany(graph => graph.Initializer)
            .Where(tensor => !TensorReader.IsExternal(tensor) && ElementTypes.Bits(tensor.DataType) > 0 && Of(tensor) >= smallest);

    /// <summary>Refuses a message that would pass 2 GB even without the tensors that leave it.</summary>
    /// <exception cref="ModelFormatException">It would.</exception>
    internal static void CheckRest(ModelProto model, IEnumerable<TensorProto> moved)
    {
        var rest = Inside(model) - moved.Where(tensor => !TensorReader.IsExternal(tensor)).Sum(Of);
        if (rest > int.MaxValue - Room)
        {
            throw new ModelFormatException(
                $"{rest} bytes of tensor data would stay in the model's message, which ends at 2 GB: save the model with external data; attributes and small tensors cannot leave it");
        }
    }

    private static long Of(TensorProto tensor) => tensor.HasRawData
        ? tensor.RawData.Length
        : (4L * (tensor.FloatData.Count + tensor.Int32Data.Count)) + (8L * (tensor.Int64Data.Count + tensor.DoubleData.Count + tensor.Uint64Data.Count));
}
