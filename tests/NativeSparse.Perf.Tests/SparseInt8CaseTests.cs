using NativeSparse.Kernels;
using NativeSparse.Measurement;
using Xunit;

namespace NativeSparse.Perf.Tests;

public sealed class SparseInt8CaseTests
{
    [Fact]
    public void Int8_blocks_stand_beside_own_dense_and_onnx_runtime_at_int8()
    {
        var @case = new KernelCase(KernelFamily.Sparse, 5, 24, 70) { Zeros = 0.8, BlockHeight = 4 }.At(Precision.Int8);
        Assert.Equal("24x70 80 % 32x4", @case.Name);
        var options = new KernelBenchOptions { Cases = [@case], Backends = ["cpu:vector128", "reference"], Rounds = 3 };
        var result = KernelBench.Run(options, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(2, result.Rows.Count);
        Assert.All(result.Rows, row =>
        {
            Assert.True(row is { Precision: "int8", RatioToDense: > 0, RatioToOnnxRuntime: > 0, RatioToOwnFloat32: > 0, MaxError: < 0.02 });
            Assert.True(row.AllocatedBytes == 0 || row.Backend == "reference");
        });
    }

    [Fact]
    public void Only_float32_and_int8_are_sparse()
    {
        var @case = new KernelCase(KernelFamily.Sparse, 5, 24, 70, Precision: Precision.Int4);
        Assert.Throws<ArgumentException>(() => KernelBench.Run(new KernelBenchOptions { Cases = [@case] }, cancellation: TestContext.Current.CancellationToken));
    }
}
