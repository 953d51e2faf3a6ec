using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>
/// y = x W with sparse x, as exact zeros. Dense is the same product with its zeros. Cold: several W, larger than the caches, and x in turns, so that
/// no rows stay in the caches that are active time after time.
/// </summary>
internal sealed unsafe class RowSparseProblem : KernelProblem
{
    /// <summary>Together they make most rows active once.</summary>
    private const int ColdPatterns = 13;

    private readonly float[][] _weights;
    private readonly View[] _patterns;
    private readonly View _y;
    private int _pattern;
    private int _lastPattern;

    public RowSparseProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        var length = @case.InputWidth * @case.HiddenWidth;
        var count = @case.IsCold ? (int)Math.Ceiling(ColdBytes / (length * BytesPerWeight)) : 1;

        // One more where each W would meet the same x every time.
        count += @case.IsCold && count % ColdPatterns == 0 ? 1 : 0;
        _weights = [.. Enumerable.Range(1, count).Select(seed => Sample(seed, length))];
        _patterns = [.. Enumerable.Range(0, @case.IsCold ? ColdPatterns : 1).Select(pattern => Rent(@case.Tokens, @case.InputWidth, Hidden(pattern)))];
        _y = Rent(@case.Tokens, @case.HiddenWidth);
    }

    public override double Operations => 2.0 * Case.Tokens * Case.InputWidth * (1 - Case.Zeros) * Case.HiddenWidth * _weights.Length;

    public override double WeightBytes =>
        (1 - Math.Pow(Case.Zeros, Case.Tokens)) * Case.InputWidth * Case.HiddenWidth * BytesPerWeight * _weights.Length;

    public override Contender Prepare(Backend backend) => Prepare(backend, Case.Precision, _y);

    public override Contender? PrepareDense(Backend backend)
    {
        var packed = Array.ConvertAll(_weights, weights => Own(backend.Dense.Pack(weights, Case.InputWidth, Case.HiddenWidth, Case.Precision)));
        var execution = Enter();
        var y = Rent(Case.Tokens, Case.HiddenWidth);
        return new Contender($"{backend.Name} dense", () =>
        {
            foreach (var matrix in packed)
            {
                backend.Dense.Run(execution, _patterns[0], matrix, default, y);
            }
        });
    }

    public override Contender? PrepareAt(Backend backend, Precision precision) =>
        Case.IsCold ? null : Prepare(backend, precision, Rent(Case.Tokens, Case.HiddenWidth));

    public override double? MeasureError() => ExactProduct.Error(_patterns[_lastPattern], _weights[^1], _y);

    protected override OnnxRuntimeBaseline OpenBaseline(Precision precision, OnnxRuntimeThreads threads) =>
        OnnxRuntimeBaseline.MatMuls(_weights, _patterns[0], Rent(Case.Tokens, Case.HiddenWidth), threads, precision);

    private Contender Prepare(Backend backend, Precision precision, View y)
    {
        var packed = Array.ConvertAll(_weights, weights => Own(backend.RowSparse.Pack(weights, Case.InputWidth, Case.HiddenWidth, precision)));
        var execution = Enter();
        return new Contender(backend.Name, () =>
        {
            foreach (var matrix in packed)
            {
                _lastPattern = _pattern;
                backend.RowSparse.Run(execution, _patterns[_pattern], matrix, default, y);
                _pattern = (_pattern + 1) % _patterns.Length;
            }
        });
    }

    private PackedMatrix Own(PackedMatrix matrix)
    {
        Owned.Add(matrix);
        return matrix;
    }

    private float[] Hidden(int pattern)
    {
        var random = new Random(pattern);
        var values = Sample(1000 + pattern, Case.Tokens * Case.InputWidth);
        foreach (ref var value in values.AsSpan())
        {
            value = random.NextDouble() < Case.Zeros ? 0 : value;
        }

        return values;
    }
}
