using NativeSparse.Kernels;
using NativeSparse.Measurement;
using Xunit;

namespace NativeSparse.Tests.Measurement;

public sealed class SelfTestTimingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Needs", "Device")]
    public void A_device_is_timed_at_each_of_its_precisions()
    {
        const string name = "opencl:0";
        Assert.SkipUnless(BackendCatalog.List().Any(entry => entry.Name == name && entry.Usable), $"skipped: no {name}");
        using var backend = BackendCatalog.Open(name);
        var timings = SelfTest.Time(backend, Token);
        Assert.Equal(["bfloat16", "float32", "int8"], timings.Select(timing => timing.Precision).Distinct().Order());
        Assert.All(timings, timing => Assert.True(timing is { Milliseconds: > 0, ShareOfPeak: null }));
    }

    [Fact]
    public void Plain_loops_are_not_timed()
    {
        using var backend = BackendCatalog.Open("reference");
        Assert.Empty(SelfTest.Time(backend, Token));
    }
}
