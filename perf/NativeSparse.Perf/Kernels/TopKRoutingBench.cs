using BenchmarkDotNet.Attributes;
using NativeSparse.Kernels;

namespace NativeSparse.Perf;

/// <summary>The detail of routing.</summary>
[MemoryDiagnoser]
public class TopKRoutingBench : IDisposable
{
    private BenchOperands _operands = null!;
    private Routing _routing;
    private View _scores;

    [Params("cpu", "reference")]
    public string Version { get; set; } = "cpu";

    [Params(1, 224)]
    public int Tokens { get; set; }

    [Params(RoutingWeights.None, RoutingWeights.SoftmaxRenormalized)]
    public RoutingWeights Weights { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _operands = new BenchOperands(Version);
        _scores = _operands.Rent(Tokens, 64);
        _routing = Routing.Rent(_operands.Memory, Tokens, 16);
    }

    [Benchmark]
    public void Run() =>
        _operands.Backend.Routing.Run(_operands.Execution, _scores, new RoutingOptions { K = 16, Weights = Weights }, _routing);

    [GlobalCleanup]
    public void Dispose()
    {
        _operands.Dispose();
        GC.SuppressFinalize(this);
    }
}
