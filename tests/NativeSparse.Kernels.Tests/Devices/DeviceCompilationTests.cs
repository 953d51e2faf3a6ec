using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Every kernel compiles for CUDA and OpenCL where there is no device, and keeps its sums in registers.</summary>
[Trait("Needs", "Device")]
public sealed partial class DeviceCompilationTests(ITestOutputHelper output)
{
    public static TheoryData<string> Kernels => new(KernelMethods.All().Select(Name));

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Compiles_to_ptx_without_local_memory(string name)
    {
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).EnableAlgorithms());
        foreach (var (architecture, instructions) in new[]
        {
            (CudaArchitecture.SM_50, CudaInstructionSet.ISA_60), (CudaArchitecture.SM_80, CudaInstructionSet.ISA_70), (CudaArchitecture.SM_90, CudaInstructionSet.ISA_78),
        })
        {
            using var backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, instructions, null!);
            var ptx = ((PTXCompiledKernel)Compile(backend, name)).PTXAssembly;
            output.WriteLine($"{name} {architecture}: {Count(ptx, "ld.global")} global and {Count(ptx, "ld.shared")} shared loads, "
                + $"{Count(ptx, ".v4.")} of 16 bytes, {Count(ptx, "mul.f32")} products, {Count(ptx, "bar.sync")} barriers");
            Assert.DoesNotMatch(LocalMemory(), ptx);
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Compiles_to_opencl_without_atomics(string name)
    {
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).EnableAlgorithms());
        foreach (var version in new[] { new CLCVersion(1, 2), new CLCVersion(2, 0), new CLCVersion(3, 0) })
        {
            using var backend = new CLBackend(context, new CLCapabilityContext(false, false, false, false, false), CLDeviceVendor.Other, version);
            var source = ((CLCompiledKernel)Compile(backend, name)).Source;
            Assert.DoesNotContain("atom", source, StringComparison.Ordinal);
        }
    }

    private static CompiledKernel Compile(ILGPU.Backends.Backend backend, string name) => backend.Compile(
        EntryPointDescription.FromExplicitlyGroupedKernel(KernelMethods.All().Single(method => Name(method) == name)), default(KernelSpecialization));

    private static string Name(MethodInfo method) =>
        $"{method.DeclaringType!.Name}.{method.Name}<{string.Join(", ", method.GetGenericArguments().Select(type => type.Name))}>";

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex(@"\.local|ld\.local|st\.local")]
    private static partial Regex LocalMemory();
}
