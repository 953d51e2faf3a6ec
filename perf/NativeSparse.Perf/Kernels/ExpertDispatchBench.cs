using BenchmarkDotNet.Attributes;
using NativeSparse.Kernels;

namespace NativeSparse.Perf;

/// <summary>The detail of expert dispatch with a given routing.</summary>
[MemoryDiagnoser]
public class ExpertDispatchBench : IDisposable
{
    private BenchOperands _operands = null!;
    private PackedExperts _experts = null!;
    private Routing _routing;
    private View _x;
    private View _y;

    [Params(1, 16, 224)]
    public int Tokens { get; set; }

    /// <summary>D, H, E, K.</summary>
    [Params("256x1024x64x16", "768x3072x8x2")]
    public string Shape { get; set; } = "256x1024x64x16";

    [GlobalSetup]
    public void SetUp()
    {
        var sizes = Shape.Split('x').Select(int.Parse).ToArray();
        var (d, h, e, k) = (sizes[0], sizes[1], sizes[2], sizes[3]);
        _operands = new BenchOperands("cpu");
        _experts = _operands.Backend.Experts.Pack(
            new ExpertWeights
            {
                Experts = e,
                InputWidth = d,
                ExpertWidth = h / e,
                OutputWidth = d,
                Activation = new Activation(ActivationKind.Gelu),
                Up = _operands.Sample(d * h),
                Down = _operands.Sample(d * h),
            },
            Precision.Float32);
        _x = _operands.Rent(Tokens, d);
        _y = _operands.Rent(Tokens, d);
        _routing = Routing.Rent(_operands.Memory, Tokens, k);
        _operands.Backend.Routing.Run(_operands.Execution, _operands.Rent(Tokens, e), new RoutingOptions { K = k }, _routing);
    }

    [Benchmark]
    public void Run() => _operands.Backend.Experts.Run(_operands.Execution, _x, _routing, _experts, 1e-3f, _y);

    [GlobalCleanup]
    public void Dispose()
    {
        _experts.Dispose();
        _operands.Dispose();
        GC.SuppressFinalize(this);
    }
}
