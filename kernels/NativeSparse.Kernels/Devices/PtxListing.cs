using System.Reflection;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace NativeSparse.Kernels;

/// <summary>Compiles kernels for NVIDIA's devices where there is none.</summary>
internal sealed class PtxListing : IDisposable
{
    private readonly Context _context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).EnableAlgorithms());
    private readonly PTXBackend[] _backends;

    public PtxListing()
    {
        (CudaArchitecture Architecture, CudaInstructionSet Instructions)[] targets =
        [
            (CudaArchitecture.SM_50, CudaInstructionSet.ISA_60), (CudaArchitecture.SM_80, CudaInstructionSet.ISA_70), (CudaArchitecture.SM_90, CudaInstructionSet.ISA_78),
        ];
        _backends = Array.ConvertAll(
            targets, target => new PTXBackend(_context, new CudaCapabilityContext(target.Architecture), target.Architecture, target.Instructions, null!));
    }

    /// <summary>A kernel's class, name and types.</summary>
    public static string Name(MethodInfo kernel)
    {
        var types = kernel.GetGenericArguments().Select(type => type.Name).ToArray();
        return $"{kernel.DeclaringType!.Name}.{kernel.Name}{(types.Length == 0 ? "" : $"<{string.Join(", ", types)}>")}";
    }

    /// <summary>The code of a kernel as a device of one architecture would get it.</summary>
    public static string Compile(MethodInfo kernel, CudaArchitecture architecture, CudaInstructionSet instructions, KernelSpecialization specialization)
    {
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).EnableAlgorithms());
        using var backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, instructions, null!);
        return Compile(backend, kernel, specialization);
    }

    /// <summary>The code of a kernel for each architecture that the tests compile for.</summary>
    public IEnumerable<(string Architecture, string Code)> Compile(MethodInfo kernel) =>
        _backends.Select(backend => (backend.Architecture.ToString(), Compile(backend, kernel, default)));

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_backends, backend => backend.Dispose());
        _context.Dispose();
    }

    private static string Compile(PTXBackend backend, MethodInfo kernel, KernelSpecialization specialization) =>
        ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), specialization)).PTXAssembly;
}
