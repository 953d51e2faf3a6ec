using NativeSparse.Forms;
using NativeSparse.Kernels;
using NativeSparse.Onnx;
using NativeSparse.Session;

namespace NativeSparse.Linears;

/// <summary>
/// The node of linears that read one value, as a file holds it: X, then weight_0, bias_0, weight_1, bias_1, ..., then for each weight its scale and
/// zero point where it is quantized; one output for each weight.
/// </summary>
internal static class LinearNode
{
    /// <summary>The operator.</summary>
    public const string OpType = "Linear";

    /// <summary>The name of what such nodes are, in reports.</summary>
    public const string FormName = "linear";

    /// <summary>The node with its weights.</summary>
    public static ReplacementNode Write(string site, LinearParameters parameters)
    {
        var constants = new List<ConstantTensor?>();
        for (var i = 0; i < parameters.Matrices.Count; i++)
        {
            constants.Add(parameters.Matrices[i].ToConstant(Weight(i)));
            constants.Add(parameters.Biases[i] is { } bias ? ConstantTensor.Create(Bias(i), bias, bias.Length) : null);
        }

        for (var i = 0; i < parameters.Matrices.Count; i++)
        {
            constants.Add(parameters.Matrices[i].ToScale(Weight(i)));
            constants.Add(parameters.Matrices[i].ToZeroPoint(Weight(i)));
        }

        return new ReplacementNode { Domain = CustomOpDomain.Domain, OpType = OpType, Name = site, Constants = constants };
    }

    /// <summary>Reads a node back.</summary>
    /// <exception cref="ModelFormatException">The node does not follow the schema.</exception>
    public static LinearParameters Read(FormNode node)
    {
        var constants = new NodeConstants(node);
        var (matrices, biases) = (new List<FormMatrix>(), new List<float[]?>());
        for (var i = 0; i < node.Outputs.Count; i++)
        {
            var matrix = FormMatrix.Read(constants, 2 * i, Weight(i), 2 * (node.Outputs.Count + i));
            if (i > 0 && matrix.InputWidth != matrices[0].InputWidth)
            {
                throw constants.Error($"input '{Weight(i)}' has {matrix.InputWidth} rows, expected {matrices[0].InputWidth} as '{Weight(0)}'");
            }

            matrices.Add(matrix);
            biases.Add(constants.Optional((2 * i) + 1, Bias(i), matrix.OutputWidth));
        }

        return matrices.Count > 0 ? new LinearParameters(matrices, biases) : throw constants.Error("the node has no output");
    }

    /// <summary>Packs the weights for a backend.</summary>
    /// <exception cref="NotSupportedException">The backend has no such matrices; the message names the site.</exception>
    public static LinearOperator Build(string site, LinearParameters parameters, Backend backend)
    {
        try
        {
            return new LinearOperator(parameters, backend);
        }
        catch (NotSupportedException exception)
        {
            throw new NotSupportedException($"linear '{site}': {exception.Message}; choose what it has, or the backend 'cpu'", exception);
        }
    }

    /// <summary>The node as a session sees it.</summary>
    public static ReplacementNode InSession(string site) =>
        new() { Domain = CustomOpDomain.Domain, OpType = OpType, Name = site, Attributes = SessionNodes.Attributes(site) };

    private static string Weight(int index) => $"weight_{index}";

    private static string Bias(int index) => $"bias_{index}";
}
