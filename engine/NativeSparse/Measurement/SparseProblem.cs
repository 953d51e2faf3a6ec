using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>
/// y = x W with sparse W: random blocks of the case's height are kept, at int8 of four inputs, the others are zero. Dense are the same weights with
/// their zeros.
/// </summary>
internal sealed class SparseProblem : KernelProblem
{
    private readonly float[] _weights;
    private readonly View _x;
    private readonly View _y;

    public SparseProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        _weights = Weights(@case);
        _x = Rent(@case.Tokens, @case.InputWidth, Sample(2, @case.Tokens * @case.InputWidth));
        _y = Rent(@case.Tokens, @case.HiddenWidth);
    }

    public override double Operations => 2.0 * Case.Tokens * _weights.Length * (1 - Case.Zeros);

    public override double WeightBytes => _weights.Length * (1 - Case.Zeros) * (BytesPerWeight + IndexBytes);

    /// <summary>What a stored value's place takes: an input for each block, or four bits.</summary>
    private double IndexBytes => Case.IsTwoOfFour ? 0.5 : (double)sizeof(int) / (Case.BlockHeight * Case.BlockInputs);

    public override Contender Prepare(Backend backend) => Prepare(backend, Case.Precision, _y);

    public override Contender? PrepareAt(Backend backend, Precision precision) => Prepare(backend, precision, Rent(Case.Tokens, Case.HiddenWidth));

    public override NaiveRun PrepareNaive(Device device)
    {
        var naive = new NaiveSparse(device, SparseWeights.FromDense(_weights, Case.InputWidth, Case.HiddenWidth, Case.BlockHeight));
        Owned.Add(naive);
        var y = Rent(Case.Tokens, Case.HiddenWidth);
        return new NaiveRun(new Contender($"{device.Name} naive", () => naive.Run(_x, y)), () => CaseMemory.Difference(y, _y));
    }

    public override Contender? PrepareDense(Backend backend)
    {
        var packed = backend.Dense.Pack(_weights, Case.InputWidth, Case.HiddenWidth, Case.Precision);
        Owned.Add(packed);
        var execution = Enter();
        var y = Rent(Case.Tokens, Case.HiddenWidth);
        return new Contender($"{backend.Name} dense", () => backend.Dense.Run(execution, _x, packed, default, y));
    }

    /// <summary>Those that the costs do not say to take twice as long as the pick.</summary>
    public override LayoutContest? PrepareLayouts(Backend backend, Func<Precision, SparseCosts> costs)
    {
        const double WorthTrying = 2;
        var (model, execution, y) = (costs(Case.Precision), Enter(), Rent(Case.Tokens, Case.HiddenWidth));
        var picked = model.Pick<float>(_weights, Case.InputWidth, Case.HiddenWidth, [Case.Tokens]);
        var limit = WorthTrying * Estimate(model, picked);
        var contenders = new List<(SparseLayout, Contender)>();
        foreach (var layout in SparseLayout.All(Case.Precision).Where(layout => Estimate(model, layout) <= limit))
        {
            var matrix = PrunedMatrix.Pack(backend, _weights, Case.InputWidth, Case.HiddenWidth, Case.Precision, layout);
            Owned.Add(matrix);
            contenders.Add((layout, new Contender($"{backend.Name} {layout}", () => matrix.Run(execution, _x, default, y))));
        }

        return new LayoutContest(picked, contenders);
    }

    public override double? MeasureError() => ExactProduct.Error(_x, _weights, _y);

    protected override OnnxRuntimeBaseline OpenBaseline(Precision precision, OnnxRuntimeThreads threads) =>
        OnnxRuntimeBaseline.MatMul(_weights, _x, Rent(Case.Tokens, Case.HiddenWidth), threads, precision);

    /// <summary>Random weights <c>[K, N]</c> with as many zeros as the case says.</summary>
    internal static float[] Weights(KernelCase @case)
    {
        var weights = Sample(1, @case.InputWidth * @case.HiddenWidth);
        var random = new Random(3);
        if (@case.IsTwoOfFour)
        {
            ClearTwoOfFour(weights, @case.HiddenWidth, random);
            return weights;
        }

        var lines = (@case.InputWidth + @case.BlockInputs - 1) / @case.BlockInputs;
        var blocks = (double)lines * ((@case.HiddenWidth + @case.BlockHeight - 1) / @case.BlockHeight);
        var zeros = Math.Round(blocks * @case.Zeros);
        for (var k = 0; k < @case.InputWidth; k += @case.BlockInputs)
        {
            for (var n = 0; n < @case.HiddenWidth; n += @case.BlockHeight)
            {
                if (random.NextDouble() * blocks-- < zeros)
                {
                    zeros--;
                    for (var row = k; row < Math.Min(k + @case.BlockInputs, @case.InputWidth); row++)
                    {
                        weights.AsSpan((row * @case.HiddenWidth) + n, Math.Min(@case.BlockHeight, @case.HiddenWidth - n)).Clear();
                    }
                }
            }
        }

        return weights;
    }

    private static void ClearTwoOfFour(float[] weights, int outputs, Random random)
    {
        for (var start = 0; start < weights.Length; start += TwoOfFourWeights.GroupInputs * outputs)
        {
            for (var n = 0; n < outputs; n++)
            {
                var first = random.Next(TwoOfFourWeights.GroupInputs);
                var second = (first + random.Next(1, TwoOfFourWeights.GroupInputs)) % TwoOfFourWeights.GroupInputs;
                foreach (var place in (ReadOnlySpan<int>)[first, second])
                {
                    if (start + (place * outputs) + n < weights.Length)
                    {
                        weights[start + (place * outputs) + n] = 0;
                    }
                }
            }
        }
    }

    private double Estimate(SparseCosts costs, SparseLayout layout) => costs.Estimate(
        layout, Case.InputWidth, Case.HiddenWidth, layout.CountStored<float>(_weights, Case.InputWidth, Case.HiddenWidth), Case.Tokens);

    private Contender Prepare(Backend backend, Precision precision, View y)
    {
        var packed = precision == Precision.Int8
            ? backend.Sparse.Pack(QuantizedSparseWeights.FromDense(QuantizedWeights.Round(_weights, Case.InputWidth, Case.HiddenWidth), Case.BlockHeight))
            : Case.IsTwoOfFour
            ? backend.Sparse.Pack(TwoOfFourWeights.FromDense(_weights, Case.InputWidth, Case.HiddenWidth))
            : backend.Sparse.Pack(SparseWeights.FromDense(_weights, Case.InputWidth, Case.HiddenWidth, Case.BlockHeight));
        Owned.Add(packed);
        var execution = Enter();
        return new Contender(backend.Name, () => backend.Sparse.Run(execution, _x, packed, default, y));
    }
}
