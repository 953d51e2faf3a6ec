using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>A movement that is repeated behind the new node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Target">The elements of a Reshape's target as far as they are known.</param>
internal sealed record MovementPlan(NodeProto Node, IReadOnlyList<long?>? Target);
