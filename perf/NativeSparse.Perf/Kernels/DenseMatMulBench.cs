using BenchmarkDotNet.Attributes;
using NativeSparse.Kernels;

namespace NativeSparse.Perf;

/// <summary>The detail of one dense product; claims come from the interleaved runner.</summary>
[MemoryDiagnoser]
public class DenseMatMulBench : IDisposable
{
    private BenchOperands _operands = null!;
    private PackedMatrix _weights = null!;
    private View _x;
    private View _y;

    [Params("cpu", "cpu:vector128")]
    public string Version { get; set; } = "cpu";

    [Params(1, 8, 128)]
    public int Tokens { get; set; }

    [Params("384x1536", "768x3072", "3072x768")]
    public string Shape { get; set; } = "768x3072";

    [GlobalSetup]
    public void SetUp()
    {
        var sizes = Shape.Split('x').Select(int.Parse).ToArray();
        _operands = new BenchOperands(Version);
        _weights = _operands.Backend.Dense.Pack(_operands.Sample(sizes[0] * sizes[1]), sizes[0], sizes[1], Precision.Float32);
        _x = _operands.Rent(Tokens, sizes[0]);
        _y = _operands.Rent(Tokens, sizes[1]);
    }

    [Benchmark]
    public void Run() => _operands.Backend.Dense.Run(_operands.Execution, _x, _weights, default, _y);

    [GlobalCleanup]
    public void Dispose()
    {
        _weights.Dispose();
        _operands.Dispose();
        GC.SuppressFinalize(this);
    }
}
