using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>The backends of this machine. Thread-safe.</summary>
public static class BackendCatalog
{
    /// <summary>Environment variable that names the backend where an option does not.</summary>
    public const string EnvironmentVariable = "NATIVESPARSE_BACKEND";

    private const string Automatic = "auto";
    private const string Cpu = "cpu";
    private const string NoDynamicCode = "devices need run-time code generation, which this program was compiled without";

    /// <summary>What else keeps an instruction set from a program; one compiled ahead of time has only those it was compiled for.</summary>
    private static string OrDisabled => RuntimeFeature.IsDynamicCodeSupported
        ? "or it is switched off"
        : "or this program was compiled ahead of time without it: publish with IlcInstructionSet x86-64-v3, or native";

    private static readonly Entry[] Entries =
    [
        new(ReferenceBackend.VersionName, () => new ReferenceBackend(), () => (true, "plain loops: the specification, slow")),
        new($"{Cpu}:vector128", CpuBackend.CreateVector128, () => (true, VectorWidths.HasMultiplyAdd
            ? "the processor's basic vectors"
            : $"slow here: no fused multiply-add, {OrDisabled}")),
        new($"{Cpu}:vector256", CpuBackend.CreateVector256, () => VectorWidths.Has256
            ? (true, "AVX2 and FMA")
            : (false, $"this processor lacks AVX2 or FMA, {OrDisabled}")),
        new($"{Cpu}:vector512", CpuBackend.CreateVector512, () => VectorWidths.Has512
            ? (true, "AVX-512")
            : (false, $"this processor lacks AVX-512, {OrDisabled}")),
        new($"{Cpu}:dotprod", CpuBackend.CreateDotProduct, () => Dp.IsSupported
            ? (true, "arm64 dot products for int8; float32 as vector128")
            : (false, "this processor lacks the arm64 dot product")),
        new($"{Cpu}:avx-vnni", CpuBackend.CreateAvxVnni, () => AvxVnni.IsSupported && VectorWidths.Has256
            ? (true, "AVX-VNNI for int8; float32 as vector256")
            : (false, $"this processor lacks AVX-VNNI, {OrDisabled}")),
        new($"{Cpu}:avx512-vnni", CpuBackend.CreateAvx512Vnni, () => AssembledKernels.Obstacle is { } obstacle
            ? (false, obstacle)
            : (true, "int8 tiles assembled for AVX-512 VNNI; float32 at the vector width that is measured faster here")),
        new($"{Cpu}:amx-int8", CpuBackend.CreateAmxInt8, () => (AssembledKernels.Obstacle ?? AmxKernels.Obstacle) is { } obstacle
            ? (false, obstacle)
            : (true, "int8 on the AMX tile unit, AVX-512 VNNI for few rows; float32 at the vector width that is measured faster here")),
    ];

    /// <summary>Every known backend with whether it is usable here.</summary>
    public static IReadOnlyList<BackendInfo> List()
    {
        var best = Best();
        return [.. Entries.Select(entry => Describe(entry, best)), .. Devices()];
    }

    /// <summary>
    /// Opens a backend: <c>auto</c>, <c>reference</c>, <c>cpu</c> (the fastest of this processor), <c>cpu:vector128</c>,
    /// <c>cpu:vector256</c>, <c>cpu:vector512</c>, <c>cpu:dotprod</c>, <c>cpu:avx-vnni</c>, <c>cpu:avx512-vnni</c>, <c>cpu:amx-int8</c>,
    /// <c>cuda:0</c>, <c>opencl:0</c> (or another number), <c>ilgpu-cpu</c>. Null:
    /// <see cref="EnvironmentVariable"/>, else <c>auto</c>.
    /// </summary>
    /// <exception cref="BackendUnavailableException">It is unknown or cannot run here; lists what was tried.</exception>
    public static Backend Open(string? name = null)
    {
        if (string.IsNullOrEmpty(name))
        {
            name = Environment.GetEnvironmentVariable(EnvironmentVariable);
        }

        name = string.IsNullOrEmpty(name) ? Automatic : name;
        if (name is Automatic or Cpu)
        {
            return Best().Entry.Create();
        }

        if (DeviceCatalog.IsDevice(name))
        {
            var (device, reason) = OpenDevice(name);
            return device is null ? throw Unavailable(name, reason) : new DeviceBackend(device);
        }

        var found = Array.Find(Entries, entry => entry.Name == name);
        if (found is not null && found.Probe().IsUsable)
        {
            return found.Create();
        }

        throw Unavailable(name, found is null ? "no such backend" : found.Probe().Reason);
    }

    private static BackendUnavailableException Unavailable(string name, string reason) =>
        new(name, reason, [.. List().Select(info => $"{info.Name} ({info.Reason})").Prepend($"{Cpu}, {Automatic} ({Best().Entry.Name})")]);

    /// <summary>Kernels of devices are compiled from the methods' code at run time, which a program compiled ahead of time does not carry.</summary>
    private static IEnumerable<BackendInfo> Devices() => RuntimeFeature.IsDynamicCodeSupported
        ? DeviceCatalog.List()
        : [new BackendInfo(DeviceCatalog.Simulator, false, NoDynamicCode), new BackendInfo($"{DeviceCatalog.CudaPrefix}0", false, NoDynamicCode), new BackendInfo($"{DeviceCatalog.OpenClPrefix}0", false, NoDynamicCode)];

    private static (Device? Device, string Reason) OpenDevice(string name) =>
        RuntimeFeature.IsDynamicCodeSupported ? DeviceCatalog.TryOpen(name) : (null, NoDynamicCode);

    /// <summary>The last of the special instruction sets that this processor has, else the vector width that pays.</summary>
    private static (Entry Entry, string Reason) Best()
    {
        string[] special = [$"{Cpu}:amx-int8", $"{Cpu}:avx512-vnni", $"{Cpu}:avx-vnni", $"{Cpu}:dotprod"];
        foreach (var name in special)
        {
            var entry = Entries.First(entry => entry.Name == name);
            if (entry.Probe().IsUsable)
            {
                return (entry, "the fastest int8 instructions this processor has");
            }
        }

        var (width, reason) = VectorWidths.Best;
        return (Entries.First(entry => entry.Name == $"{Cpu}:{width}"), reason);
    }

    private static BackendInfo Describe(Entry entry, (Entry Entry, string Reason) best)
    {
        var (isUsable, what) = entry.Probe();
        return new BackendInfo(entry.Name, isUsable, entry == best.Entry ? $"{what}; '{Cpu}' here: {best.Reason}" : what);
    }

    private sealed record Entry(string Name, Func<Backend> Create, Func<(bool IsUsable, string Reason)> Probe);
}
