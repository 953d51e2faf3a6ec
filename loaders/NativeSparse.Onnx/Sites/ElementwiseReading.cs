namespace NativeSparse.Onnx;

/// <summary>Reads the elementwise operators of a region: biases of its linears, scalar constants, and what makes the activation.</summary>
/// <param name="state">What is known of the region.</param>
/// <param name="linears">Linears and constants.</param>
/// <param name="tensors">Reads scalar constants.</param>
/// <param name="scalarBiases">Take one number added to a linear as a bias instead of as part of the activation.</param>
internal sealed class ElementwiseReading(RegionState state, LinearTable linears, TensorReader tensors, bool scalarBiases)
{
    /// <summary>Reads one operator.</summary>
    /// <exception cref="ModelFormatException">A constant cannot be read.</exception>
    internal void Read(GraphNode node)
    {
        RegionValue? common = null;
        GraphValue? vector = null;
        foreach (var input in node.Inputs)
        {
            if (input is null)
            {
                continue;
            }

            if (state.Values.TryGetValue(input, out var value))
            {
                if (value.Inner != 0 || (common is not null && (common.Axis, common.Width, common.Stage) != (value.Axis, value.Width, value.Stage)))
                {
                    state.Reason = $"'{node.Name}' combines values of different width or layout";
                    return;
                }

                common ??= value;
            }
            else if (linears.Constant(input) is { } constant)
            {
                if (constant.Count != 1 || constant.Shape.Length > RankBeside(node, input))
                {
                    vector = input;
                }
                else if (!state.Scalars.ContainsKey(input))
                {
                    state.Half |= constant.ValueType is "float16" or "bfloat16";
                    state.Scalars.Add(input, constant.ReadScalar(tensors));
                }
            }
            else
            {
                state.Reason ??= $"'{node.Name}' also reads '{input.Name}', which no linear here writes";
                return;
            }
        }

        if (common is null || node.Output(0) is not { } output)
        {
            state.Reason ??= $"'{node.Name}' depends on constants only";
            return;
        }

        if (AddBias(node, output) || state.Reason is not null)
        {
            return;
        }

        if (vector is not null && !(ElementwiseOperators.AddsBias(node) && vector == node.Input(1)))
        {
            state.Reason = $"{node.Operator} '{node.Name}' has a vector '{vector.Name}': not one scalar function";
            return;
        }

        foreach (var input in node.Inputs)
        {
            if (input is not null && state.Values.TryGetValue(input, out var value) && value.Leaf is { } leaf)
            {
                state.AddVariable(ElementwiseOperators.AddsBias(node) && node.Input(1) is { } added ? leaf.With(new LinearBias(linears.Constant(added)!)) : leaf);
            }
        }

        state.Values[output] = common with { Leaf = null };
    }

    /// <summary>The rank that a constant may have without adding axes to the value beside it.</summary>
    private int RankBeside(GraphNode node, GraphValue constant) =>
        node.Inputs.FirstOrDefault(i => i is not null && !ReferenceEquals(i, constant) && state.Values.ContainsKey(i))?.Rank ?? 2;

    private bool AddBias(GraphNode node, GraphValue output)
    {
        if (ElementwiseOperators.AddsBias(node) && node.Input(1) is { } second)
        {
            if (node.Input(0) is not { } first || !state.Values.TryGetValue(first, out var before) || before.Leaf is null
                || linears.Constant(second) is not { } bias || !LinearBias.Fits(bias, before.Axis, before.Width, first.Rank) || before.Axis != -1)
            {
                state.Reason = $"the bias of {node.Operator} '{node.Name}' does not fit the linear before it";
            }

            return false;
        }

        if (node.Operator != "Add" || node.Inputs.Length != 2)
        {
            return false;
        }

        for (var side = 0; side < 2; side++)
        {
            if (node.Inputs[side] is { } constantSide && node.Inputs[1 - side] is { } other
                && state.Values.TryGetValue(other, out var value) && value is { Leaf: { } leaf, Inner: 0 } && linears.Constant(constantSide) is { } constant)
            {
                var fits = LinearBias.Fits(constant, value.Axis, value.Width, other.Rank)
                    || (scalarBiases && constant.Count == 1 && constant.Shape.Length <= (other.Rank ?? 1) && OnlyReader(other, node));
                if (fits)
                {
                    state.Values[output] = value with { Leaf = leaf.With(new LinearBias(constant)) };
                    return true;
                }
            }
        }

        return false;
    }

    private static bool OnlyReader(GraphValue value, GraphNode node) => value.Consumers.TrueForAll(c => ReferenceEquals(c, node));
}
