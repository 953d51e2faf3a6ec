using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>y = x W.</summary>
internal sealed class DenseProblem : KernelProblem
{
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

    public override NaiveRun PrepareNaive(Device device) =>
        NaiveProduct(device, _weights, [new DiagonalBlock(Case.InputWidth, Case.HiddenWidth)], _x, _y);

    public override Contender? PrepareAt(Backend backend, Precision precision) =>
        Prepare(backend, precision, Rent(Case.Tokens, Case.HiddenWidth));

    public override double? MeasureError() => ExactProduct.Error(_x, _weights, _y);

    private Contender Prepare(Backend backend, Precision precision, View y)
    {
        var packed = backend.Dense.Pack(_weights, Case.InputWidth, Case.HiddenWidth, precision);
        Owned.Add(packed);
        var execution = Enter();
        return new Contender(backend.Name, () => backend.Dense.Run(execution, _x, packed, default, y));
    }
}
