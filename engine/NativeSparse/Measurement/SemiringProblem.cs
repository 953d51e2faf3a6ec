using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>A random graph of the case's nodes and edges a node, weighted, with relations: the sum of the products of values and relations.</summary>
internal sealed class SemiringProblem : KernelProblem
{
    private const int Relations = 20;

    /// <summary>One of so many nodes is checked.</summary>
    private const int CheckedNodes = 16;

    private readonly int[] _sources;
    private readonly int[] _targets;
    private readonly int[] _relations;
    private readonly float[] _weights;
    private readonly View _x;
    private readonly View _vectors;
    private readonly View _y;

    public SemiringProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        var (nodes, edges, width) = (@case.Tokens, @case.Tokens * @case.HiddenWidth, @case.InputWidth);
        var random = new Random(5);
        int[] Draw(int count) => [.. Enumerable.Range(0, edges).Select(_ => random.Next(count))];
        (_sources, _targets, _relations, _weights) = (Draw(nodes), Draw(nodes), Draw(Relations), Sample(1, edges));
        _x = Rent(nodes, width, Sample(2, nodes * width));
        _vectors = Rent(Relations, width, Sample(3, Relations * width));
        _y = Rent(nodes, width);
    }

    /// <summary>Of each message a product, and a multiply-add with the weight.</summary>
    public override double Operations => 3.0 * _sources.Length * Case.InputWidth;

    public override double WeightBytes =>
        ((double)_sources.Length * ((2 * sizeof(int)) + sizeof(float) + (sizeof(float) * Case.InputWidth))) + (sizeof(float) * (double)_y.Rows * _y.Columns);

    public override Contender Reference => field ??= PrepareReference();

    public override Contender PlainLoop => field ??= PreparePlainLoop();

    public override Contender Prepare(Backend backend) => Prepare(backend, _y);

    public override Contender? PrepareDense(Backend backend) => null;

    public override unsafe double? MeasureError()
    {
        var exact = new double[_y.Rows, _y.Columns];
        for (var edge = 0; edge < _sources.Length; edge++)
        {
            for (var d = 0; d < _y.Columns && _targets[edge] % CheckedNodes == 0; d++)
            {
                exact[_targets[edge], d] += (double)_weights[edge] * _x.Row(_sources[edge])[d] * _vectors.Row(_relations[edge])[d];
            }
        }

        var (worst, largest) = (0.0, double.Epsilon);
        for (var node = 0; node < _y.Rows; node += CheckedNodes)
        {
            for (var d = 0; d < _y.Columns; d++)
            {
                worst = Math.Max(worst, Math.Abs(exact[node, d] - _y.Row(node)[d]));
                largest = Math.Max(largest, Math.Abs(exact[node, d]));
            }
        }

        return worst / largest;
    }

    private Contender Prepare(Backend backend, View y)
    {
        var graph = backend.Semiring.Pack(
            GraphEdges.FromList(_x.Rows, _y.Rows, _sources, _targets, Relations, _relations, _weights));
        Owned.Add(graph);
        var execution = Enter();
        var rule = new MessageRule { Relations = _vectors };
        return new Contender(backend.Name, () => backend.Semiring.Run(execution, _x, graph, rule, y));
    }

    private Contender PrepareReference()
    {
        var backend = BackendCatalog.Open(ReferenceBackend.VersionName);
        Owned.Add(backend);
        return Prepare(backend, Rent(_y.Rows, _y.Columns));
    }

    private Contender PreparePlainLoop()
    {
        var y = Rent(_y.Rows, _y.Columns);
        return new Contender("plain loop", () => Scatter(y));
    }

    private unsafe void Scatter(View y)
    {
        new Span<float>((void*)y.Address, y.Rows * y.Columns).Clear();
        for (var edge = 0; edge < _sources.Length; edge++)
        {
            var weight = _weights[edge];
            var x = new ReadOnlySpan<float>(_x.Row(_sources[edge]), _x.Columns);
            var vector = new ReadOnlySpan<float>(_vectors.Row(_relations[edge]), _x.Columns);
            var target = new Span<float>(y.Row(_targets[edge]), _x.Columns);
            for (var d = 0; d < target.Length; d++)
            {
                target[d] += weight * (x[d] * vector[d]);
            }
        }
    }
}
