using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>y = x W.</summary>
internal sealed class DenseProblem : KernelProblem
{
    private const int SampledRows = 3;

    private readonly float[] _weights;
    private readonly View _x;
    private readonly View _y;

    public DenseProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        _weights = Sample(1, @case.InputWidth * @case.HiddenWidth);
        _x = Rent(@case.Tokens, @case.InputWidth, Sample(2, @case.Tokens * @case.InputWidth));
        _y = Rent(@case.Tokens, @case.HiddenWidth);
    }

    public override double Operations => 2.0 * Case.Tokens * _weights.Length;

    public override double WeightBytes => _weights.Length * BytesPerWeight;

    public override Contender Prepare(Backend backend) => Prepare(backend, Case.Precision, _y);

    protected override OnnxRuntimeBaseline OpenBaseline(Precision precision, OnnxRuntimeThreads threads) =>
        OnnxRuntimeBaseline.MatMul(_weights, _x, Rent(Case.Tokens, Case.HiddenWidth), threads, precision);

    public override Contender? PrepareDense(Backend backend) => null;

    public override Contender? PrepareAt(Backend backend, Precision precision) =>
        Prepare(backend, precision, Rent(Case.Tokens, Case.HiddenWidth));

    public override unsafe double? MeasureError()
    {
        var (error, largest) = (0.0, 0.0);
        for (var sample = 0; sample < Math.Min(SampledRows, Case.Tokens); sample++)
        {
            var t = sample * (Case.Tokens - 1) / Math.Max(Math.Min(SampledRows, Case.Tokens) - 1, 1);
            for (var n = 0; n < Case.HiddenWidth; n++)
            {
                var exact = 0.0;
                for (var k = 0; k < Case.InputWidth; k++)
                {
                    exact += (double)_x.Row(t)[k] * _weights[(k * Case.HiddenWidth) + n];
                }

                error = Math.Max(error, Math.Abs(_y.Row(t)[n] - exact));
                largest = Math.Max(largest, Math.Abs(exact));
            }
        }

        return error / largest;
    }

    private Contender Prepare(Backend backend, Precision precision, View y)
    {
        var packed = backend.Dense.Pack(_weights, Case.InputWidth, Case.HiddenWidth, precision);
        Owned.Add(packed);
        var execution = Enter();
        return new Contender(backend.Name, () => backend.Dense.Run(execution, _x, packed, default, y));
    }
}
