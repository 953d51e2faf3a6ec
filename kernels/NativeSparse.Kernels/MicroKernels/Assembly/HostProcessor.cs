using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>The processor that this process runs on.</summary>
internal sealed unsafe partial class HostProcessor : IProcessor
{
    /// <summary>xor ecx, ecx; xgetbv; ret. .NET has no such intrinsic.</summary>
    private static readonly KernelCode ReadControl = new([0x31, 0xC9, 0x0F, 0x01, 0xD0, 0xC3], []);

    private const long ControlProcess = 158;
    private const long RequestPermission = 0x1023;
    private const long TileData = 18;

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

    public string? RequestTiles()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "AMX is used on Linux only";
        }

        try
        {
            return SystemCall(ControlProcess, RequestPermission, TileData) == 0
                ? null
                : $"the system refuses the tile registers: error {Marshal.GetLastPInvokeError()}";
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return $"the system cannot be asked for the tile registers: {missing.Message}";
        }
    }

    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second);
}
