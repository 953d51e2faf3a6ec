using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace NativeSparse.Kernels;

/// <summary>The devices of this machine: CUDA, OpenCL, and ILGPU's simulation of a device on the processor.</summary>
internal static class DeviceCatalog
{
    public const string Simulator = "ilgpu-cpu";
    public const string CudaPrefix = "cuda:";
    public const string OpenClPrefix = "opencl:";

    /// <summary>Whether a backend's name is one of a device.</summary>
    public static bool IsDevice(string name) =>
        name == Simulator || name.StartsWith(CudaPrefix, StringComparison.Ordinal) || name.StartsWith(OpenClPrefix, StringComparison.Ordinal);

    /// <summary>All devices; where there is none of a kind, one entry that says why.</summary>
    public static IEnumerable<BackendInfo> List() =>
    [
        new(Simulator, true, "simulates a device's threads one by one: for checking kernels, very slow"),
        .. List(CudaPrefix, Cuda), .. List(OpenClPrefix, OpenCl),
    ];

    /// <summary>Opens a device, or says why it cannot be opened.</summary>
    public static (Device? Device, string Reason) TryOpen(string name)
    {
        if (name == Simulator)
        {
            var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).EnableAlgorithms().CPU(new CPUDevice(32, 8, 1)));
            return (new Device(name, context, context.CreateCPUAccelerator(0)), "");
        }

        var prefix = name.StartsWith(CudaPrefix, StringComparison.Ordinal) ? CudaPrefix : OpenClPrefix;
        return int.TryParse(name.AsSpan(prefix.Length), out var index) && index >= 0
            ? TryOpen(name, prefix == CudaPrefix ? Cuda : OpenCl, index)
            : (null, $"'{name}' does not end in a device's number");
    }

    private static (Device? Device, string Reason) TryOpen(string name, Func<Context> create, int index)
    {
        Context? context = null;
        try
        {
            context = create();
            ILGPU.Runtime.Device[] devices = [.. Of(context)];
            if (index >= devices.Length)
            {
                var reason = devices.Length == 0 ? Absence(name) : $"there are {devices.Length} such devices here";
                context.Dispose();
                return (null, reason);
            }

            var device = devices[index];
            return (new Device(name, context, device.CreateAccelerator(context)), "");
        }
        catch (Exception failure) when (IsOfDriver(failure))
        {
            context?.Dispose();
            return (null, Innermost(failure).Message);
        }
    }

    private static IEnumerable<BackendInfo> List(string prefix, Func<Context> create)
    {
        try
        {
            using var context = create();
            ILGPU.Runtime.Device[] devices = [.. Of(context)];
            return devices.Length == 0
                ? [new BackendInfo(prefix + "0", false, Absence(prefix))]
                : [.. devices.Select((device, i) => new BackendInfo($"{prefix}{i}", true, Describe(device)))];
        }
        catch (Exception failure) when (IsOfDriver(failure))
        {
            return [new BackendInfo(prefix + "0", false, Innermost(failure).Message)];
        }
    }

    /// <summary>Every context of ILGPU has a simulated device too.</summary>
    private static IEnumerable<ILGPU.Runtime.Device> Of(Context context) =>
        context.Devices.Where(device => device.AcceleratorType != AcceleratorType.CPU);

    private static Context Cuda() => Context.Create(builder => builder.Optimize(OptimizationLevel.O2).EnableAlgorithms().Cuda());

    private static Context OpenCl()
    {
        OpenClLibrary.Resolve();
        return Context.Create(builder => builder.Optimize(OptimizationLevel.O2).EnableAlgorithms().OpenCL(OpenClGenericAddresses.Accept));
    }

    private static string Describe(ILGPU.Runtime.Device device) => device switch
    {
        CudaDevice cuda => $"{cuda.Name}, compute capability {cuda.Architecture}, {cuda.MemorySize >> 20} MiB{(TensorCores.AreUsed(cuda.Architecture) ? $"; {TensorCores.Variable} is set" : "")}",
        CLDevice open => $"{open.Name}, {open.DeviceType}, {open.DeviceVersion}{(OpenClGenericAddresses.IsForced(open) ? $"; {OpenClGenericAddresses.Variable} is set" : "")}",
        _ => device.Name,
    };

    private static string Absence(string name) => name.StartsWith(CudaPrefix, StringComparison.Ordinal)
        ? "no NVIDIA driver or no device"
        : OpenClGenericAddresses.Refusal() ?? "no OpenCL driver, or no device with OpenCL 2.0";

    private static bool IsOfDriver(Exception failure) =>
        failure is AcceleratorException or NotSupportedException or DllNotFoundException or TypeInitializationException or InvalidOperationException or EntryPointNotFoundException or BadImageFormatException;

    private static Exception Innermost(Exception failure) => failure.InnerException is { } inner ? Innermost(inner) : failure;
}
