using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>The processor that this process runs on.</summary>
internal sealed unsafe class HostProcessor : IProcessor
{
    /// <summary>xor ecx, ecx; xgetbv; ret. .NET has no such intrinsic.</summary>
    private static readonly KernelCode ReadControl = new([0x31, 0xC9, 0x0F, 0x01, 0xD0, 0xC3], []);

    public string? Silence => RuntimeInformation.ProcessArchitecture != Architecture.X64
        ? $"assembled kernels are for x86-64; this process is {RuntimeInformation.ProcessArchitecture}"
        : X86Base.IsSupported ? null : "vector instructions are switched off for this process";

    public (uint Eax, uint Ebx, uint Ecx, uint Edx) Identify(uint leaf, uint subleaf)
    {
        var (eax, ebx, ecx, edx) = X86Base.CpuId((int)leaf, (int)subleaf);
        return ((uint)eax, (uint)ebx, (uint)ecx, (uint)edx);
    }

    public uint KeptRegisters()
    {
        using var code = ExecutableMemory.Publish(ReadControl);
        return ((delegate* unmanaged<uint>)code.Address)();
    }

    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);
}
