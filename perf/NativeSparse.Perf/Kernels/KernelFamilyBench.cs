using BenchmarkDotNet.Attributes;
using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>
/// The detail of one kernel family over named shapes, tokens and precisions; claims come from the interleaved runner. The columns of
/// <see cref="KernelBenchmarks"/> put the methods of one case in relation.
/// </summary>
[Config(typeof(KernelBenchmarks))]
public abstract class KernelFamilyBench : IDisposable
{
    private Backend? _backend;
    private KernelProblem? _problem;
    private Action _run = () => throw new InvalidOperationException("set up first");

    [ParamsSource(nameof(Shapes))]
    public string Shape { get; set; } = "";

    [ParamsSource(nameof(TokenCounts))]
    public int Tokens { get; set; }

    [ParamsSource(nameof(Precisions))]
    public Precision Precision { get; set; }

    public abstract IEnumerable<string> Shapes { get; }

    public abstract IEnumerable<int> TokenCounts { get; }

    public abstract IEnumerable<Precision> Precisions { get; }

    internal abstract KernelFamily Family { get; }

    internal virtual KernelCase Case =>
        KernelShape.Parse(FormattableString.Invariant($"{Tokens}x{Shape}")).Cases(Family)[0] with { Precision = Precision };

    [GlobalSetup(Target = nameof(Ours))]
    public void SetUpOurs() => SetUp((problem, backend) => problem.Prepare(backend));

    [Benchmark]
    public void Ours() => _run();

    [GlobalCleanup]
    public void Dispose()
    {
        _problem?.Dispose();
        _backend?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs what <see cref="SetUp"/> prepared.</summary>
    private protected void Run() => _run();

    private protected void SetUp(Func<KernelProblem, Backend, Contender?> prepare)
    {
        _backend = BackendCatalog.Open();
        _problem = KernelProblem.Create(Case, threads: 1);
        _run = prepare(_problem, _backend)?.Run ?? throw new InvalidOperationException(_problem.Mixture?.Obstacle ?? $"{Case.Name} has no such baseline");
    }
}
