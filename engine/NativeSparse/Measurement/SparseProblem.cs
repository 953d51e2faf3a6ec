using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>y = x W with sparse W: random blocks of the case's height are kept, the others are zero. Dense are the same weights with their zeros.</summary>
internal sealed class SparseProblem : KernelProblem
{
    private readonly float[] _weights;
    private readonly View _x;
    private readonly View _y;

    public SparseProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        _weights = Prune(Sample(1, @case.InputWidth * @case.HiddenWidth), @case);
        _x = Rent(@case.Tokens, @case.InputWidth, Sample(2, @case.Tokens * @case.InputWidth));
        _y = Rent(@case.Tokens, @case.HiddenWidth);
    }

    public override double Operations => 2.0 * Case.Tokens * _weights.Length * (1 - Case.Zeros);

    public override double WeightBytes => _weights.Length * (1 - Case.Zeros) * (sizeof(float) + ((double)sizeof(int) / Case.BlockHeight));

    public override Contender Prepare(Backend backend)
    {
        var packed = backend.Sparse.Pack(SparseWeights.FromDense(_weights, Case.InputWidth, Case.HiddenWidth, Case.BlockHeight));
        Owned.Add(packed);
        var execution = Enter();
        return new Contender(backend.Name, () => backend.Sparse.Run(execution, _x, packed, default, _y));
    }

    public override Contender? PrepareDense(Backend backend)
    {
        var packed = backend.Dense.Pack(_weights, Case.InputWidth, Case.HiddenWidth, Precision.Float32);
        Owned.Add(packed);
        var execution = Enter();
        var y = Rent(Case.Tokens, Case.HiddenWidth);
        return new Contender($"{backend.Name} dense", () => backend.Dense.Run(execution, _x, packed, default, y));
    }

    public override double? MeasureError() => ExactProduct.Error(_x, _weights, _y);

    protected override OnnxRuntimeBaseline OpenBaseline(Precision precision, OnnxRuntimeThreads threads) =>
        OnnxRuntimeBaseline.MatMul(_weights, _x, Rent(Case.Tokens, Case.HiddenWidth), threads, precision);

    private static float[] Prune(float[] weights, KernelCase @case)
    {
        var random = new Random(3);
        for (var k = 0; k < @case.InputWidth; k++)
        {
            var row = weights.AsSpan(k * @case.HiddenWidth, @case.HiddenWidth);
            for (var n = 0; n < row.Length; n += @case.BlockHeight)
            {
                if (random.NextDouble() < @case.Zeros)
                {
                    row.Slice(n, Math.Min(@case.BlockHeight, row.Length - n)).Clear();
                }
            }
        }

        return weights;
    }
}
