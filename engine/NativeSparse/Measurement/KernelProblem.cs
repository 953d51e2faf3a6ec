using NativeSparse.Conversion;
using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>One case with its operands: what each backend runs, and what it is compared with.</summary>
internal abstract class KernelProblem : IDisposable
{
    /// <summary>Bytes of the weights of a cold chain: more than the caches hold.</summary>
    protected const double ColdBytes = 160e6;

    private readonly Scratch _scratch = new();

    protected KernelProblem(KernelCase @case, int threads)
    {
        Case = @case;
        Threads = threads;
        Splitter = threads == 1 ? SerialSplitter.Instance : new ThreadPoolSplitter(threads);
        Memory = new Scratch();
    }

    /// <summary>The problem of a case.</summary>
    /// <exception cref="ArgumentException">The family has no such precision.</exception>
    public static KernelProblem Create(KernelCase @case, int threads)
    {
        if (@case is { Family: KernelFamily.Routing or KernelFamily.LowRank or KernelFamily.Semiring, Precision: not Precision.Float32 })
        {
            throw new ArgumentException($"{@case.FamilyName} has no precision but float32, got {Precisions.Name(@case.Precision)}", nameof(@case));
        }

        if (@case is { Family: KernelFamily.RowSparse or KernelFamily.Sparse, Precision: not (Precision.Float32 or Precision.Int8) })
        {
            throw new ArgumentException($"{@case.FamilyName} is float32 or int8, got {Precisions.Name(@case.Precision)}", nameof(@case));
        }

        if (@case is { IsGated: true, Family: not (KernelFamily.FeedForward or KernelFamily.Experts) })
        {
            throw new ArgumentException($"only feed-forward networks and experts are gated, got {@case.FamilyName}", nameof(@case));
        }

        if (@case is { IsChannelMajor: true, Family: not KernelFamily.Sparse })
        {
            throw new ArgumentException($"only sparse products are channel-major, got {@case.FamilyName}", nameof(@case));
        }

        return @case.Family switch
        {
            KernelFamily.Dense when !@case.IsCold => new DenseProblem(@case, threads),
            KernelFamily.Dense or KernelFamily.FeedForward => new FeedForwardProblem(@case, threads),
            KernelFamily.Experts => new ExpertProblem(@case, threads),
            KernelFamily.LowRank => new LowRankProblem(@case, threads),
            KernelFamily.Sparse when @case.IsChannelMajor => new PointwiseConvolutionProblem(@case, threads),
            KernelFamily.Sparse => new SparseProblem(@case, threads),
            KernelFamily.Semiring => new SemiringProblem(@case, threads),
            KernelFamily.RowSparse => new RowSparseProblem(@case, threads),
            KernelFamily.BlockDiagonal => new BlockDiagonalProblem(@case, threads),
            _ => new RoutingProblem(@case, threads),
        };
    }

    public KernelCase Case { get; }

    /// <summary>Multiply-adds of one run, two operations each; 0 where there are none to speak of.</summary>
    public abstract double Operations { get; }

    /// <summary>Bytes of weights one run reads at least; of graphs, those of edges and of the values that they bring, and of the result.</summary>
    public abstract double WeightBytes { get; }

    protected int Threads { get; }

    protected WorkSplitter Splitter { get; }

    /// <summary>Where the operands live.</summary>
    protected Scratch Memory { get; }

    protected IList<IDisposable> Owned { get; } = [];

    /// <summary>ONNX Runtime doing the same dense work at the same precision (float32 where ours is bfloat16, which it does not have here), or null.</summary>
    public Contender? Baseline => field ??= BaselinePrecision == Precision.Float32 ? Float32Baseline : CreateBaseline(BaselinePrecision);

    /// <summary>The same with threads that go on spinning between runs, where there is more than one.</summary>
    public Contender? SpinningBaseline => field ??= Threads == 1 ? null : CreateBaseline(BaselinePrecision, keepSpinning: true);

    /// <summary>ONNX Runtime doing the same dense work in float32, or null; the same object as <see cref="Baseline"/> at float32 and bfloat16.</summary>
    public Contender? Float32Baseline => field ??= CreateBaseline(Precision.Float32);

    /// <summary>ONNX Runtime's own operator for experts, or null where the case is none for it.</summary>
    public virtual ExpertMixture? Mixture => null;

    /// <summary>Our own plain loops on one thread, or null where there is a better baseline.</summary>
    public virtual Contender? Reference => null;

    /// <summary>The loop that one would write first, on one thread, or null where there is a better baseline.</summary>
    public virtual Contender? PlainLoop => null;

    private Precision BaselinePrecision => Case.Precision == Precision.BFloat16 ? Precision.Float32 : Case.Precision;

    /// <summary>What a weight takes.</summary>
    protected double BytesPerWeight => Case.Precision switch
    {
        Precision.BFloat16 => sizeof(ushort),
        Precision.Int8 => sizeof(sbyte),
        Precision.Int4 => 4.625 / 8,
        _ => sizeof(float),
    };

    /// <summary>The case on a backend.</summary>
    public abstract Contender Prepare(Backend backend);

    /// <summary>Own dense network on a backend (of low-rank experts: whole networks), or null where the case is dense itself or has none.</summary>
    public abstract Contender? PrepareDense(Backend backend);

    /// <summary>
    /// What <see cref="Prepare"/> prepared, without its router: each token's experts are given. Null where the family has no router of its own.
    /// </summary>
    public virtual Contender? PrepareRouted(Backend backend) => null;

    /// <summary>A device's naive kernels on the same operands, after <see cref="Prepare"/>; null where the family has none.</summary>
    public virtual NaiveRun? PrepareNaive(Device device) => null;

    /// <summary>The same case at another precision, or null where the family has none or it is too much memory.</summary>
    public virtual Contender? PrepareAt(Backend backend, Precision precision) => null;

    /// <summary>Ours as <see cref="Mixture"/> computes it, verified against it, or null where it is not to be timed.</summary>
    public virtual Contender? PrepareLikeMixture(Backend backend) => null;

    /// <summary>The same weights in other layouts, or null where the family has one layout.</summary>
    /// <param name="backend">Where they run.</param>
    /// <param name="costs">That backend's at a precision; measured when it is first asked for.</param>
    public virtual LayoutContest? PrepareLayouts(Backend backend, Func<Precision, SparseCosts> costs) => null;

    /// <summary>Largest difference of the last run to float64, relative to the largest exact value; null where nothing is rounded.</summary>
    public abstract double? MeasureError();

    public virtual void Dispose()
    {
        foreach (var owned in Owned)
        {
            owned.Dispose();
        }

        _scratch.Dispose();
        Memory.Dispose();
    }

    /// <summary>ONNX Runtime's session of the case's dense work at a precision, or null where there is none; made when it is first asked for.</summary>
    protected virtual OnnxRuntimeBaseline? OpenBaseline(Precision precision, OnnxRuntimeThreads threads) => null;

    private Contender? CreateBaseline(Precision precision, bool keepSpinning = false)
    {
        if (OpenBaseline(precision, new OnnxRuntimeThreads(Threads, keepSpinning)) is not { } baseline)
        {
            return null;
        }

        Owned.Add(baseline);
        var name = $"onnxruntime {Precisions.Name(precision)}";
        return new Contender(keepSpinning ? $"{name}, spinning" : name, baseline.Run) { KeepsSpinning = keepSpinning };
    }

    /// <summary>One whole matrix, or blocks along the diagonal, with a device's naive kernel.</summary>
    protected NaiveRun NaiveProduct(Device device, float[] weights, DiagonalBlock[] blocks, View x, View y)
    {
        var naive = new NaiveMatrix(device, weights, blocks);
        Owned.Add(naive);
        var result = Rent(y.Rows, y.Columns);
        return new NaiveRun(new Contender($"{device.Name} naive", () => naive.Run(x, result)), () => CaseMemory.Difference(result, y));
    }

    protected Execution Enter() => new(Splitter, _scratch);

    protected unsafe View Rent(int rows, int columns, float[]? values = null)
    {
        var view = Memory.Rent(rows, columns);
        var span = new Span<float>((void*)view.Address, rows * columns);
        span.Clear();
        values?.CopyTo(span);
        return view;
    }

    protected static float[] Sample(int seed, int count)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = random.NextSingle() - 0.5f;
        }

        return values;
    }
}
