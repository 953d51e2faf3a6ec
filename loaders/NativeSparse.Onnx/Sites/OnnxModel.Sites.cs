namespace NativeSparse.Onnx;

public sealed partial class OnnxModel
{
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
