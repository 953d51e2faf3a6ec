using NativeSparse.Cli.Documents;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inspect;

/// <summary>One form node of a converted file. All forms begin with the constants up, up_bias, gate, gate_bias, down, down_bias.</summary>
/// <param name="node">The node.</param>
/// <param name="form">Name of its form.</param>
internal sealed class ConvertedSite(FormNode node, string form)
{
    /// <summary>Operator domain of converted sites.</summary>
    public const string Domain = "nativesparse";

    private const string Suffix = "FeedForward";
    private const int DownIndex = 4;

    private ConstantTensor Up => node.Constants[0]!;

    private ConstantTensor Down => node.Constants[DownIndex]!;

    /// <summary>Number of weights and biases, routers included.</summary>
    public long Parameters => node.Constants.OfType<ConstantTensor>().Sum(constant => constant.Shape.Aggregate(1L, (count, size) => count * size));

    /// <summary>The site of a form node, or null when the node is no feed-forward form.</summary>
    public static ConvertedSite? Read(FormNode node) =>
        node.OpType.EndsWith(Suffix, StringComparison.Ordinal) && Has(node, 0) && Has(node, DownIndex)
            ? new ConvertedSite(node, node.OpType[..^Suffix.Length].ToLowerInvariant())
            : null;

    /// <summary>What <c>inspect</c> says about it.</summary>
    public SiteFacts Describe(double share) => new()
    {
        Name = node.Name,
        Kind = Has(node, 2) ? "gated" : "plain",
        InputWidth = (int)Up.Shape[^2],
        HiddenWidth = (int)(Up.Shape[^1] * (Up.Shape.Count > 2 ? Up.Shape[0] : 1)),
        OutputWidth = (int)Down.Shape[^1],
        Activation = node.Attributes.TryGetValue("activation", out var activation) ? activation.ToString() ?? "" : "",
        WeightType = Up.ElementType,
        Quantized = Up.ElementType is "int8" or "uint4",
        Bias = new BiasFacts(Has(node, 1), Has(node, 3), Has(node, 5)),
        Parameters = Parameters,
        Share = share,
        Input = node.Input,
        Output = node.Outputs[0],
        Form = form,
        RunsIn = SiteFacts.Ours,
    };

    private static bool Has(FormNode node, int index) =>
        index < node.Constants.Count && node.Constants[index] is { Shape.Count: >= 1 } constant && (index is not (0 or 2 or 4) || constant.Shape.Count >= 2);
}
