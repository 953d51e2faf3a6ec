using System.Reflection;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;
using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Every kernel compiles for CUDA and OpenCL where there is no device, and keeps its sums in registers.</summary>
[Trait("Needs", "Device")]
public sealed class DeviceCompilationTests(ITestOutputHelper output)
{
    public static TheoryData<string> Kernels => new(KernelMethods.All().Select(PtxListing.Name));

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Compiles_to_ptx_without_local_memory(string name)
    {
        using var listing = new PtxListing();
        foreach (var (architecture, code) in listing.Compile(Method(name)))
        {
            var counts = PtxCounts.Of(code);
            output.WriteLine($"{name} {architecture}: {counts}");
            Assert.Equal(0, counts.LocalAccesses);
            Assert.True(counts.GlobalLoads > 0);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Compiles_to_opencl_without_atomics(string name)
    {
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).EnableAlgorithms());
        var entry = EntryPointDescription.FromExplicitlyGroupedKernel(Method(name));
        foreach (var version in new[] { new CLCVersion(1, 2), new CLCVersion(2, 0), new CLCVersion(3, 0) })
        {
            using var backend = new CLBackend(context, new CLCapabilityContext(false, false, false, false, false), CLDeviceVendor.Other, version);
            var source = ((CLCompiledKernel)backend.Compile(entry, default(KernelSpecialization))).Source;
            Assert.DoesNotContain("atom", source, StringComparison.Ordinal);
        }
    }

    private static MethodInfo Method(string name) => KernelMethods.All().Single(method => PtxListing.Name(method) == name);
}
