using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>What a replacement needs to know of a site. Holds nodes and names of the model, so it stays valid while other sites are replaced.</summary>
internal sealed class SitePlacement
{
    /// <summary>The graph the site lies in.</summary>
    internal required GraphProto Graph { get; init; }

    /// <summary>The nodes that the new node stands for.</summary>
    internal required IReadOnlyList<NodeProto> Nodes { get; init; }

    /// <summary>The node that writes the output.</summary>
    internal required NodeProto Last { get; init; }

    /// <summary>What the network reads, and the axis of its features.</summary>
    internal required (string Name, int Axis, int? Rank, string Type) Input { get; init; }

    /// <summary>What it writes.</summary>
    internal required (string Name, string Type) Output { get; init; }

    /// <summary>Features written.</summary>
    internal required int OutputWidth { get; init; }

    /// <summary>The axis the first linear writes its features on.</summary>
    internal required int UpAxis { get; init; }

    /// <summary>Rank of the first linear's output, where known.</summary>
    internal required int? UpRank { get; init; }

    /// <summary>The axis the second linear sums over, and the one it writes.</summary>
    internal required (int From, int To, int? Rank) DownAxes { get; init; }

    /// <summary>The movements between the linears.</summary>
    internal required IReadOnlyList<MovementPlan> Between { get; init; }

    /// <summary>The movements between the second linear and its bias.</summary>
    internal required IReadOnlyList<MovementPlan> After { get; init; }

    /// <summary>Inner values by name: the stage they are at, their number of features and its axis. Shape nodes may read them.</summary>
    internal required IReadOnlyDictionary<string, (int Stage, long Width, int Axis)> Inner { get; init; }

    /// <summary>Whether the movements between the linears cancel: both linears work on matrices and nothing is reordered.</summary>
    internal required bool BetweenCancels { get; init; }
}
