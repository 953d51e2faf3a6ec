using NativeSparse.Cli.Documents;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inspect;

/// <summary>One linear node of a converted file: weight and bias of each output, then scales.</summary>
internal sealed class ConvertedLinear
{
    private const string OpType = "Linear";
    private readonly FormNode _node;

    private ConvertedLinear(FormNode node) => _node = node;

    /// <summary>Number of weights and biases.</summary>
    public long Parameters => _node.Constants.Take(2 * _node.Outputs.Count).OfType<ConstantTensor>()
        .Sum(constant => constant.Shape.Aggregate(1L, (count, size) => count * size));

    /// <summary>The linears of a node, or null when it is none.</summary>
    public static ConvertedLinear? Read(FormNode node) =>
        node.OpType == OpType && node.Outputs.Count > 0 && Enumerable.Range(0, node.Outputs.Count).All(i => WeightOf(node, i) is { Shape.Count: 2 })
            ? new ConvertedLinear(node)
            : null;

    /// <summary>What <c>inspect</c> says about it.</summary>
    public LinearFacts Describe(double share)
    {
        var first = WeightOf(_node, 0)!;
        return new LinearFacts
        {
            Name = _node.Name,
            InputWidth = (int)first.Shape[0],
            OutputWidths = [.. Enumerable.Range(0, _node.Outputs.Count).Select(i => (int)WeightOf(_node, i)!.Shape[1])],
            Parameters = Parameters,
            Share = share,
            WeightType = first.ElementType,
            Quantized = first.ElementType is "int8" or "uint4",
            Input = _node.Input,
            RunsIn = SiteFacts.Ours,
        };
    }

    private static ConstantTensor? WeightOf(FormNode node, int index) => 2 * index < node.Constants.Count ? node.Constants[2 * index] : null;
}
