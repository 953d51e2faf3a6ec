namespace NativeSparse.Kernels;

/// <summary>The contract cases of experts with low-rank deltas.</summary>
internal static class LowRankCases
{
    /// <summary>Sums may be taken in another order than the specification's, which runs every expert whole.</summary>
    private const double SumLimit = 1e-5;

    /// <summary>Tokens, inputs, neurons, outputs, experts, active experts, rank.</summary>
    private static readonly (int Tokens, int Inputs, int Neurons, int Outputs, int Experts, int Active, int Rank)[] Shapes =
    [
        (1, 1, 1, 1, 1, 1, 1), (5, 17, 33, 40, 3, 3, 7), (1, 40, 128, 33, 8, 2, 4), (70, 64, 96, 64, 8, 2, 8), (130, 33, 70, 21, 2, 1, 40),
    ];

    private static readonly bool[] Gates = [true, false];

    public static IEnumerable<ContractCase> All() =>
        from shape in Shapes
        from isGated in Gates
        select new ContractCase(
            "low-rank experts",
            Precision.Float32,
            $"{shape.Tokens} tokens, {shape.Active} of {shape.Experts} x {shape.Neurons}, rank {shape.Rank}{(isGated ? ", gated" : "")}",
            (backend, reference) => Run(backend, reference, shape, isGated));

    private static CaseResult Run(
        Backend backend,
        Backend reference,
        (int Tokens, int Inputs, int Neurons, int Outputs, int Experts, int Active, int Rank) shape,
        bool isGated)
    {
        var (tokens, d, h, o, e, active, r) = shape;
        using var memory = new CaseMemory(tokens + h);
        float[][] matrices = [memory.Sample(d * h), memory.Sample(d * h), memory.Sample(h * o)];
        View[] biases = [memory.Sample(1, h), memory.Sample(1, h), memory.Sample(1, o)];
        var deltas = new LowRankWeights
        {
            Experts = e,
            InputWidth = d,
            HiddenWidth = h,
            OutputWidth = o,
            Rank = r,
            Scale = 0.5f,
            UpIn = memory.Sample(e * d * r),
            UpOut = memory.Sample(e * r * h),
            GateIn = isGated ? memory.Sample(e * d * r) : default,
            GateOut = isGated ? memory.Sample(e * r * h) : default,
            DownIn = memory.Sample(e * h * r),
            DownOut = memory.Sample(e * r * o),
        };
        var x = memory.Sample(tokens, d);
        var routing = Routing.Rent(memory.Operands, tokens, active);
        reference.Routing.Run(
            memory.Execution, memory.Sample(tokens, e), new RoutingOptions { K = active, Weights = RoutingWeights.Softmax }, routing);
        View Result(Backend own)
        {
            using var up = own.Dense.Pack(matrices[0], d, h, Precision.Float32);
            using var gate = isGated ? own.Dense.Pack(matrices[1], d, h, Precision.Float32) : null;
            using var down = own.Dense.Pack(matrices[2], h, o, Precision.Float32);
            using var packed = own.Experts.Pack(deltas);
            var network = new FeedForwardMatrices
            {
                Up = up,
                UpBias = biases[0],
                Gate = gate,
                GateBias = isGated ? biases[1] : default,
                Activation = new Activation(ActivationKind.Relu),
                Down = down,
                DownBias = biases[2],
            };
            var y = memory.Zeros(tokens, o);
            own.Experts.Run(memory.Execution, x, routing, network, packed, 2, y);
            return y;
        }

        return new CaseResult(CaseMemory.Difference(Result(reference), Result(backend)), SumLimit);
    }
}
