namespace NativeSparse.Onnx;

public sealed partial class OnnxModel
{
    /// <summary>Finds the feed-forward networks, plain and gated, by what they compute; no operator pattern is assumed.</summary>
    /// <returns>The sites, and what looked like one and was left dense, with the reason.</returns>
    /// <exception cref="ModelFormatException">A value is written twice, or a constant cannot be read.</exception>
    public FeedForwardSearch FindFeedForwards() => FeedForwardFinder.Find(IndexWithShapes(), Tensors).Search;

    /// <summary>Finds the linears with constant weights outside the feed-forward sites; those that read one value are one group.</summary>
    /// <exception cref="ModelFormatException">A value is written twice, or a constant cannot be read.</exception>
    public IReadOnlyList<LinearSite> FindLinears() => FeedForwardFinder.Find(IndexWithShapes(), Tensors).Others;

    /// <summary>Both at once: what <see cref="FindFeedForwards"/> and <see cref="FindLinears"/> find, without looking twice.</summary>
    internal (FeedForwardSearch Search, IReadOnlyList<LinearSite> Linears) FindSites() => FeedForwardFinder.Find(IndexWithShapes(), Tensors);

    /// <summary>
    /// Puts one node in the place of a site and drops the nodes and initializers that nobody uses any more; values that others still read stay.
    /// The node reads <c>x[..., D]</c> and writes <c>y[..., O]</c> in float32 with the features last: a Cast (float16, float64), a Transpose
    /// (1x1 convolutions, transposed inputs) and the movements that lay between the linears are put around it where the graph needs them.
    /// Its constants become initializers of the main graph named <c>node.constant</c>. Other sites found before stay valid;
    /// the weights of this one cannot be read any more.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The site is not (or no longer) in this model, an attribute has another type than string, long or float, or a name is taken.
    /// </exception>
    public void Replace(FeedForwardSite site, ReplacementNode node)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(node);
        SiteReplacer.Replace(Proto, site.Placement ?? throw new ArgumentException("the site was not found in a model", nameof(site)), node);
    }

    /// <summary>
    /// Puts one node in the place of linears that read one value and drops the nodes and initializers that nobody uses any more. The node reads
    /// <c>x[..., in]</c> and writes <c>y[..., out]</c> for each of them, in the order of <see cref="LinearSite.Outputs"/>, in float32: Casts are put
    /// around it where the graph has float16 or float64. Its constants become initializers of the main graph named <c>node.constant</c>. Other
    /// sites found before stay valid; the weights of this one cannot be read any more.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The site has an obstacle, is not (or no longer) in this model, an attribute has another type than string, long or float, or a name is taken.
    /// </exception>
    public void Replace(LinearSite site, ReplacementNode node)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(node);
        LinearReplacer.Replace(
            Proto,
            site.Placement ?? throw new ArgumentException($"'{site.Name}' cannot be replaced: {site.Obstacle ?? "it was not found in a model"}", nameof(site)),
            node);
    }

    /// <summary>
    /// Rewrites the model as ONNX Runtime's tools quantize it dynamically, for comparison: in the place of every linear with constant weights and
    /// features on the last axis, those of feed-forward networks too, the operators that ONNX Runtime fuses to its int8 products. Weights are
    /// symmetric int8; each tensor of activations is rounded to uint8 with one scale, so that a row's answer depends on the others. Tables that are
    /// gathered from stay as they are.
    /// </summary>
    /// <param name="perChannel">One scale for each output's weights, or one for all (the tools' default).</param>
    /// <param name="reduceRange">
    /// Weights of 7 bits: on x86 processors without VNNI ONNX Runtime adds pairs of 8-bit products in 16 bits, which saturate.
    /// </param>
    /// <returns>How many linears were quantized.</returns>
    /// <exception cref="ModelFormatException">The stored data of a weight do not match their declaration.</exception>
    public int QuantizeDynamically(bool perChannel, bool reduceRange = false) =>
        DynamicQuantizer.Run(this, FeedForwardFinder.FindLinears(IndexWithShapes(), Tensors), perChannel, reduceRange);

    /// <summary>The nodes of one domain, subgraphs included, with the constants they read after their first input.</summary>
    /// <exception cref="ModelFormatException">Another input than the first is computed, or a constant cannot be read.</exception>
    public IReadOnlyList<FormNode> FindNodes(string domain)
    {
        ArgumentNullException.ThrowIfNull(domain);
        return DomainNodes.Find(Proto, Tensors, domain);
    }

    /// <summary>
    /// Takes the constants of a node found by <see cref="FindNodes"/> away: it keeps its first input and gets new attributes in the place of all
    /// it had; initializers that only it read leave the model.
    /// </summary>
    /// <exception cref="ArgumentException">The model has no such node, or an attribute has another type than string, long or float.</exception>
    public void StripConstants(FormNode node, IReadOnlyDictionary<string, object> attributes)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(attributes);
        DomainNodes.Strip(Proto, node, attributes);
    }

    private GraphIndex IndexWithShapes()
    {
        var index = GraphIndex.Build(Proto);
        new ShapeInference(Tensors).Run(index);
        return index;
    }
}
