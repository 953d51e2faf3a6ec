using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Kernels with barriers, and forms of several launches, on the device whose threads are simulated: small shapes.</summary>
[Trait("Needs", "Device")]
public sealed class DeviceSimulatorTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(9, 16)]
    [InlineData(3, 32)]
    [InlineData(21, 32)]
    public void Sparse_int8_products_are_the_specification(int rows, int height)
    {
        using var backend = TestDevices.Simulator();
        using var reference = Versions.Reference();
        using var actual = new SparseInt8Problem(backend, rows, 26, 41, height);
        using var expected = new SparseInt8Problem(reference, rows, 26, 41, height);
        Limits.AssertBits(
            backend,
            Precision.Float32,
            expected.Run(1, new Epilogue { Bias = expected.Bias.View }),
            actual.Run(1, new Epilogue { Bias = actual.Bias.View }));
    }

    [Theory]
    [InlineData(true, 11)]
    [InlineData(false, 9)]
    public void Low_rank_experts_take_few_launches(bool isGated, int launches)
    {
        using var backend = TestDevices.OwnSimulator();
        using var problem = new LowRankProblem(backend, 4, 10, 13, 7, 3, 2, 3, isGated, Precision.Float32);
        using var host = new Host();
        problem.Run(1, 4);
        problem.AssertMatches();
        var before = backend.Device.Launches;
        problem.Run(host, 0, 4, problem.Deltas);
        Assert.Equal(launches, backend.Device.Launches - before);
    }
}
