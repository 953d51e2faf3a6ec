using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What was disposed is not run with, whatever the number of rows.</summary>
public abstract class DisposedOperandContract : IDisposable
{
    private const int Width = 8;

    private readonly Backend _backend;
    private readonly Host _host = new();
    private readonly Operand _memory = new(Width, Width);

    private protected DisposedOperandContract(Backend backend) => _backend = backend;

    /// <summary>Rows of a run.</summary>
    public static TheoryData<int> Rows => [0, 1, 3];

    private Execution Execution => _host.Execution;

    private Precision[] Precisions => _backend.IsDevice
        ? [Precision.Float32, Precision.BFloat16, Precision.Int8]
        : [Precision.Float32, Precision.BFloat16, Precision.Int8, Precision.Int4];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Dense_matrices(int rows)
    {
        foreach (var precision in Precisions)
        {
            var (alive, disposed) = (Dense(precision), Dense(precision));
            disposed.Dispose();
            disposed.Dispose();
            Refuses(() => _backend.Dense.Run(Execution, View(rows), disposed, default, View(rows)));
            Refuses(() => _backend.Dense.RunFeedForward(Execution, View(rows), new FeedForwardMatrices { Up = disposed, Down = alive }, View(rows)));
            Refuses(() => _backend.Dense.RunFeedForward(Execution, View(rows), new FeedForwardMatrices { Up = alive, Down = disposed }, View(rows)));
            Refuses(() => _backend.Dense.RunFeedForward(
                Execution, View(rows), new FeedForwardMatrices { Up = alive, Gate = disposed, Down = alive }, View(rows)));
            alive.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Sparse_weights(int rows)
    {
        var values = new float[Width * Width];
        PackedSparse[] all =
        [
            _backend.Sparse.Pack(SparseWeights.FromDense(values, Width, Width, 1)),
            _backend.Sparse.Pack(SparseWeights.FromDense(values, Width, Width, 8)),
            _backend.Sparse.Pack(TwoOfFourWeights.FromDense(values, Width, Width)),
            _backend.Sparse.Pack(QuantizedSparseWeights.FromDense(QuantizedWeights.Round(values, Width, Width), 16)),
        ];
        foreach (var disposed in all)
        {
            disposed.Dispose();
            Refuses(() => _backend.Sparse.Run(Execution, View(rows), disposed, default, View(rows)));
            Refuses(() => _backend.Sparse.RunChannels(Execution, Columns(rows), disposed, default, Columns(rows)));
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Block_diagonal_weights(int rows)
    {
        foreach (var precision in Precisions)
        {
            var (alive, disposed) = (Blocks(precision), Blocks(precision));
            var dense = Dense(precision);
            disposed.Dispose();
            var family = _backend.BlockDiagonal;
            Refuses(() => family.Run(Execution, View(rows), disposed, default, View(rows)));
            Refuses(() => family.RunBlockShuffle(Execution, View(rows), disposed, alive, default, View(rows)));
            Refuses(() => family.RunBlockShuffle(Execution, View(rows), alive, disposed, default, View(rows)));
            Refuses(() => family.RunBlockDense(Execution, View(rows), disposed, dense, default, View(rows)));
            dense.Dispose();
            Refuses(() => family.RunBlockDense(Execution, View(rows), alive, dense, default, View(rows)));
            alive.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_sparse_matrices(int rows)
    {
        using var scratch = new Scratch();
        var active = ActiveNeurons.Rent(scratch, rows, Width);
        Clear(active.Counts);
        foreach (var precision in new[] { Precision.Float32, Precision.Int8 })
        {
            var disposed = _backend.RowSparse.Pack(new float[Width * Width], Width, Width, precision);
            disposed.Dispose();
            Refuses(() => _backend.RowSparse.Run(Execution, View(rows), disposed, default, View(rows)));
            Refuses(() => _backend.RowSparse.Run(Execution, active, disposed, default, View(rows)));
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Experts(int rows)
    {
        using var scratch = new Scratch();
        var routing = NoExpert(scratch, rows);
        var shape = new ExpertShape(rows, Width, 2, Width, Width, 1, HasBiases: true);
        foreach (var precision in Precisions)
        {
            var disposed = _backend.Experts.Pack(shape.Sample(new Random(1)), precision);
            disposed.Dispose();
            Refuses(() => _backend.Experts.Run(Execution, View(rows), routing, disposed, 1, View(rows)));
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Low_rank_experts(int rows)
    {
        using var scratch = new Scratch();
        var routing = NoExpert(scratch, rows);
        using var matrix = Dense(Precision.Float32);
        var disposed = _backend.Experts.Pack(new LowRankWeights
        {
            Experts = 2,
            InputWidth = Width,
            HiddenWidth = Width,
            OutputWidth = Width,
            Rank = 1,
            UpIn = new float[2 * Width],
            UpOut = new float[2 * Width],
        });
        disposed.Dispose();
        Refuses(() => _backend.Experts.Run(Execution, View(rows), routing, new FeedForwardMatrices { Up = matrix, Down = matrix }, disposed, 1, View(rows)));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Graphs(int columns)
    {
        var disposed = _backend.Semiring.Pack(GraphEdges.FromList(Width, Width, new int[1], new int[1]), withTranspose: true);
        disposed.Dispose();
        Refuses(() => _backend.Semiring.Run(Execution, Columns(columns), disposed, default, Columns(columns)));
        Refuses(() => _backend.Semiring.RunTransposed(Execution, Columns(columns), disposed, default, Columns(columns)));
    }

    public void Dispose()
    {
        _memory.Dispose();
        _host.Dispose();
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }

    private static void Refuses(Action run) => Assert.Throws<ObjectDisposedException>(run);

    /// <summary>Nothing is read: there is no answer.</summary>
    private View View(int rows) => _memory.View.Slice(0, rows);

    private View Columns(int columns) => Kernels.View.Create(_memory.View.Address, Width, columns, Width);

    private PackedMatrix Dense(Precision precision) => _backend.Dense.Pack(new float[Width * Width], Width, Width, precision);

    private PackedBlockDiagonal Blocks(Precision precision) =>
        _backend.BlockDiagonal.Pack(new float[Width * Width / 2], [new(Width / 2, Width / 2), new(Width / 2, Width / 2)], precision);

    private static Routing NoExpert(Scratch scratch, int tokens)
    {
        var routing = Routing.Rent(scratch, tokens, 1);
        Clear(routing.Counts);
        return routing;
    }

    private static unsafe void Clear(View counts) => new Span<int>((void*)counts.Address, counts.Columns).Clear();
}
