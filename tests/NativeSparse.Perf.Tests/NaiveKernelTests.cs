using NativeSparse.Measurement;
using Xunit;

namespace NativeSparse.Perf.Tests;

/// <summary>A device's naive kernels stand beside ours and give the same values; here on the simulated device.</summary>
public sealed class NaiveKernelTests
{
    [Theory]
    [InlineData("dense", "3x9x16")]
    [InlineData("blockdiagonal", "3x9x16")]
    [InlineData("sparse", "3x9x16")]
    [InlineData("experts", "3x9x16")]
    [Trait("Needs", "Device")]
    public void They_are_timed_and_compared(string family, string shape)
    {
        var options = new KernelBenchOptions
        {
            Cases = [KernelCase.Parse(KernelCase.FamilyOf(family), shape)],
            Backends = ["ilgpu-cpu", "reference"],
            Rounds = 3,
        };
        var rows = KernelBench.Run(options, cancellation: TestContext.Current.CancellationToken).Rows;
        var (device, processor) = (rows.Single(row => row.Backend == "ilgpu-cpu"), rows.Single(row => row.Backend == "reference"));
        Assert.True(device.RatioToNaive > 0);
        Assert.InRange(device.DifferenceToNaive!.Value, 0, 1e-5);
        Assert.Null(processor.RatioToNaive);
        Assert.Null(processor.DifferenceToNaive);
    }
}
