using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

public sealed partial class OnnxModel
{
    /// <summary>Name and version of the tool that wrote the file, as the file says; empty when it does not.</summary>
    public string Producer => $"{Proto.ProducerName} {Proto.ProducerVersion}".Trim();

    /// <summary>Version of the standard operator set that the model imports; 0 when it imports none.</summary>
    public long OpsetVersion => Proto.OpsetImport.FirstOrDefault(import => import.Domain is "" or "ai.onnx")?.Version ?? 0;

    /// <summary>
    /// Number of weights in the file: elements of the floating-point initializers with at least one dimension and of the 4- and 8-bit
    /// integer ones with at least two, subgraphs included. A weight stored twice counts twice.
    /// </summary>
    public long CountParameters() => CountParameters(Proto.Graph);

    /// <summary>Full paths of the files that hold external data, links resolved; none when the model came without a folder.</summary>
    internal IReadOnlySet<string> DataFiles() => Folder is null
        ? new HashSet<string>()
        : GraphWalk.Tensors(Proto).Where(TensorReader.IsExternal)
            .Select(tensor => ExternalFolder.RealPath(Path.GetFullPath(Path.Combine(Folder, ExternalReference.Parse(tensor, null).Location))))
            .ToHashSet(StringComparer.Ordinal);

    private static long CountParameters(GraphProto graph)
    {
        var count = graph.Initializer.Where(IsWeight).Sum(ElementCount);
        foreach (var attribute in graph.Node.SelectMany(node => node.Attribute))
        {
            count += attribute.G is { } body ? CountParameters(body) : 0;
            count += attribute.Graphs.Sum(CountParameters);
        }

        return count;
    }

    private static bool IsWeight(TensorProto tensor) => ElementTypes.Name(tensor.DataType) switch
    {
        "float32" or "float16" or "bfloat16" or "float64" => tensor.Dims.Count >= 1,
        "int8" or "uint8" or "int4" or "uint4" => tensor.Dims.Count >= 2,
        _ => false,
    };

    private static long ElementCount(TensorProto tensor)
    {
        // Dimensions come from the file: a product that does not fit is not a number of weights.
        long count = 1;
        foreach (var dimension in tensor.Dims)
        {
            if (dimension < 0 || (dimension > 0 && count > long.MaxValue / dimension / 1024))
            {
                return 0;
            }

            count *= dimension;
        }

        return count;
    }
}
