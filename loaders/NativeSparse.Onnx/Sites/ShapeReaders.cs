namespace NativeSparse.Onnx;

/// <summary>Nodes that read the shape of a value and not its elements.</summary>
internal static class ShapeReaders
{
    /// <summary>Whether a node is one.</summary>
    internal static bool Contains(GraphNode node) => node.Operator == "Shape";
}
