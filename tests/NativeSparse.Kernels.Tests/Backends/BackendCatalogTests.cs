using System.Runtime.Intrinsics.X86;
using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class BackendCatalogTests
{
    [Fact]
    public void Every_usable_backend_opens_by_its_name_and_the_others_say_why_not()
    {
        TestDevices.AcceptAll();
        var all = BackendCatalog.List();
        string[] fixedNames =
        [
            "reference", "cpu:vector128", "cpu:vector256", "cpu:vector512", "cpu:dotprod", "cpu:avx-vnni", "cpu:avx512-vnni", "cpu:amx-int8", "ilgpu-cpu", "cuda:0",
        ];
        Assert.Equal(fixedNames, all.Take(fixedNames.Length).Select(info => info.Name));
        Assert.Contains(all, info => info.Name == "opencl:0");
        foreach (var info in all)
        {
            Assert.NotEmpty(info.Reason);
            if (info.Usable)
            {
                using var backend = BackendCatalog.Open(info.Name);
                Assert.Equal(info.Name, backend.Name);
                using var integers = backend.Dense.Pack([1], 1, 1, Precision.Int8);
                Assert.EndsWith(integers.Version, backend is DeviceBackend own ? own.Device.VersionOf(Precision.Int8) : info.Name, StringComparison.Ordinal);
            }
            else
            {
                var failure = Assert.Throws<BackendUnavailableException>(() => BackendCatalog.Open(info.Name));
                Assert.Equal(info.Name, failure.Backend);
                Assert.Contains(info.Reason, failure.Message, StringComparison.Ordinal);
                Assert.Contains(failure.Tried, tried => tried.StartsWith("reference", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Cpu_is_a_usable_width_and_never_one_that_the_processor_lacks()
    {
        using var cpu = BackendCatalog.Open("cpu");
        using var auto = BackendCatalog.Open("auto");
        Assert.Equal(cpu.Name, auto.Name);
        Assert.True(Avx512F.IsSupported || cpu.Name != "cpu:vector512");
        Assert.Contains(BackendCatalog.List(), info => info.Name == cpu.Name && info.Usable);
    }

    [Fact]
    public void An_unknown_name_lists_what_there_is()
    {
        var failure = Assert.Throws<BackendUnavailableException>(() => BackendCatalog.Open("cuda:7"));
        Assert.Equal("cuda:7", failure.Backend);
        Assert.Contains(failure.Tried, tried => tried.StartsWith("cpu", StringComparison.Ordinal));
    }
}
