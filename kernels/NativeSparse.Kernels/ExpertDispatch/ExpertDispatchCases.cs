namespace NativeSparse.Kernels;

/// <summary>The contract cases of expert dispatch: the tests' and the self-test's.</summary>
internal static unsafe class ExpertDispatchCases
{
    /// <summary>float32 sums of experts may be taken in another order than the specification's.</summary>
    private const double SumLimit = 1e-5;

    /// <summary>Tokens, inputs, experts, width, outputs, active experts.</summary>
    public static IReadOnlyList<(int Tokens, int Inputs, int Experts, int Width, int Outputs, int Active)> Shapes { get; } =
    [
        (1, 1, 1, 1, 1, 1), (1, 40, 8, 16, 33, 4), (2, 7, 5, 3, 11, 5), (16, 32, 16, 16, 32, 4), (13, 33, 7, 17, 40, 3), (64, 64, 8, 32, 64, 8),
        (120, 40, 3, 70, 90, 2), (530, 16, 4, 16, 16, 1),
    ];

    public static IEnumerable<ContractCase> All()
    {
        foreach (var precision in (Precision[])[Precision.Float32, Precision.BFloat16, Precision.Int8, Precision.Int4])
        {
            foreach (var shape in Shapes)
            {
                foreach (var isGated in new[] { false, true })
                {
                    yield return new ContractCase(
                        "experts",
                        precision,
                        $"{shape.Tokens} tokens, {shape.Active} of {shape.Experts} x {shape.Width}{(isGated ? ", gated" : "")}",
                        (backend, reference) => Run(backend, reference, precision, shape, isGated));
                }
            }
        }
    }

    private static CaseResult Run(
        Backend backend,
        Backend reference,
        Precision precision,
        (int Tokens, int Inputs, int Experts, int Width, int Outputs, int Active) shape,
        bool isGated)
    {
        var (tokens, inputs, count, width, outputs, active) = shape;
        using var memory = new CaseMemory(tokens + width);
        var weights = new ExpertWeights
        {
            Experts = count,
            InputWidth = inputs,
            ExpertWidth = width,
            OutputWidth = outputs,
            Activation = new Activation(ActivationKind.Relu),
            Up = memory.Sample(count * inputs * width),
            UpBias = memory.Sample(count * width),
            Gate = isGated ? memory.Sample(count * inputs * width) : default,
            Down = memory.Sample(count * width * outputs),
            ExpertBias = memory.Sample(count * outputs),
        };
        var x = memory.Sample(tokens, inputs);
        var routing = Routing.Rent(memory.Operands, tokens, active);
        reference.Routing.Run(
            memory.Execution, memory.Sample(tokens, count), new RoutingOptions { K = active, Weights = RoutingWeights.Softmax }, routing);
        View Result(Backend own)
        {
            using var packed = own.Experts.Pack(weights, precision);
            var y = memory.Zeros(tokens, outputs);
            own.Experts.Run(memory.Execution, x, routing, packed, 2, y);
            return y;
        }

        return new CaseResult(CaseMemory.Difference(Result(reference), Result(backend)), precision is Precision.Int8 or Precision.Int4 ? 0 : SumLimit);
    }
}
