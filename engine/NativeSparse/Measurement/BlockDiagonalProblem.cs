using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>y = x W with block-diagonal W. Dense is the whole matrix, with its zeros.</summary>
internal sealed class BlockDiagonalProblem : KernelProblem
{
    private readonly DiagonalBlock[] _blocks;
    private readonly float[] _weights;
    private readonly float[] _matrix;
    private readonly View _x;
    private readonly View _y;

    public BlockDiagonalProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        _blocks = [.. Enumerable.Range(0, @case.Blocks).Select(block => new DiagonalBlock(Part(@case.InputWidth, block), Part(@case.HiddenWidth, block)))];
        _weights = Sample(1, _blocks.Sum(block => block.InputWidth * block.OutputWidth));
        _matrix = Spread(_weights, _blocks, @case);
        _x = Rent(@case.Tokens, @case.InputWidth, Sample(2, @case.Tokens * @case.InputWidth));
        _y = Rent(@case.Tokens, @case.HiddenWidth);
    }

    public override double Operations => 2.0 * Case.Tokens * _weights.Length;

    public override double WeightBytes => _weights.Length * BytesPerWeight;

    public override Contender Prepare(Backend backend) => Prepare(backend, Case.Precision, _y);

    public override Contender? PrepareDense(Backend backend)
    {
        var packed = backend.Dense.Pack(_matrix, Case.InputWidth, Case.HiddenWidth, Case.Precision);
        Owned.Add(packed);
        var execution = Enter();
        var y = Rent(Case.Tokens, Case.HiddenWidth);
        return new Contender($"{backend.Name} dense", () => backend.Dense.Run(execution, _x, packed, default, y));
    }

    public override NaiveRun PrepareNaive(Device device) => NaiveProduct(device, _weights, _blocks, _x, _y);

    public override Contender? PrepareAt(Backend backend, Precision precision) =>
        Prepare(backend, precision, Rent(Case.Tokens, Case.HiddenWidth));

    public override double? MeasureError() => ExactProduct.Error(_x, _matrix, _y);

    protected override OnnxRuntimeBaseline OpenBaseline(Precision precision, OnnxRuntimeThreads threads) =>
        OnnxRuntimeBaseline.MatMul(_matrix, _x, Rent(Case.Tokens, Case.HiddenWidth), threads, precision);

    private int Part(int width, int block) => (width * (block + 1) / Case.Blocks) - (width * block / Case.Blocks);

    private Contender Prepare(Backend backend, Precision precision, View y)
    {
        var packed = backend.BlockDiagonal.Pack(_weights, _blocks, precision);
        Owned.Add(packed);
        var execution = Enter();
        return new Contender(backend.Name, () => backend.BlockDiagonal.Run(execution, _x, packed, default, y));
    }

    /// <summary>The blocks in a matrix of zeros.</summary>
    private static float[] Spread(float[] weights, DiagonalBlock[] blocks, KernelCase @case)
    {
        var matrix = new float[@case.InputWidth * @case.HiddenWidth];
        var (source, row, column) = (0, 0, 0);
        foreach (var block in blocks)
        {
            for (var k = 0; k < block.InputWidth; k++, row++, source += block.OutputWidth)
            {
                weights.AsSpan(source, block.OutputWidth).CopyTo(matrix.AsSpan((row * @case.HiddenWidth) + column));
            }

            column += block.OutputWidth;
        }

        return matrix;
    }
}
