using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>
/// A 1x1 convolution with sparse weights over an image of channels: <c>y[n, p] = sum_k x[k, p] W[k, n]</c>. Dense is the same product over rows
/// of pixels, the layout it is made for, without a transposition; ONNX Runtime runs Conv on the same channels at its
/// default level: where it chooses so, with a reordering to blocks of channels and back.
/// </summary>
internal sealed class PointwiseConvolutionProblem : KernelProblem
{
    private readonly float[] _weights;
    private readonly View _x;
    private readonly View _y;
    private readonly View _pixels;

    public PointwiseConvolutionProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        _weights = SparseProblem.Weights(@case);
        _x = Rent(@case.InputWidth, @case.Tokens, Sample(2, @case.InputWidth * @case.Tokens));
        _y = Rent(@case.HiddenWidth, @case.Tokens);
        _pixels = Transpose(_x);
    }

    public override double Operations => 2.0 * Case.Tokens * _weights.Length * (1 - Case.Zeros);

    public override double WeightBytes => _weights.Length * (1 - Case.Zeros) * (sizeof(float) + ((double)sizeof(int) / Case.BlockHeight));

    public override Contender Prepare(Backend backend)
    {
        var packed = backend.Sparse.Pack(SparseWeights.FromDense(_weights, Case.InputWidth, Case.HiddenWidth, Case.BlockHeight));
        Owned.Add(packed);
        var execution = Enter();
        return new Contender(backend.Name, () => backend.Sparse.RunChannels(execution, _x, packed, default, _y));
    }

    public override Contender? PrepareDense(Backend backend)
    {
        var packed = backend.Dense.Pack(_weights, Case.InputWidth, Case.HiddenWidth, Precision.Float32);
        Owned.Add(packed);
        var execution = Enter();
        var y = Rent(Case.Tokens, Case.HiddenWidth);
        return new Contender($"{backend.Name} dense", () => backend.Dense.Run(execution, _pixels, packed, default, y));
    }

    public override double? MeasureError() => ExactProduct.Error(_pixels, _weights, Transpose(_y));

    protected override OnnxRuntimeBaseline OpenBaseline(Precision precision, OnnxRuntimeThreads threads) =>
        OnnxRuntimeBaseline.PointwiseConvolution(_weights, _x, Rent(Case.HiddenWidth, Case.Tokens), threads);

    private unsafe View Transpose(View channels)
    {
        var pixels = Rent(channels.Columns, channels.Rows);
        for (var row = 0; row < channels.Rows; row++)
        {
            for (var pixel = 0; pixel < channels.Columns; pixel++)
            {
                pixels.Row(pixel)[row] = channels.Row(row)[pixel];
            }
        }

        return pixels;
    }
}
