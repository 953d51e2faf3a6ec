using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>One device of each kind for all tests: contexts and compiled kernels are dear.</summary>
internal static class TestDevices
{
    private static readonly Lazy<(Device? Device, string Reason)> FirstOpenCl = new(() => Open("opencl:0"));
    private static readonly Lazy<(Device? Device, string Reason)> Simulated = new(() => Open(DeviceCatalog.Simulator));

    /// <summary>The first OpenCL device; a test without one is skipped.</summary>
    public static Backend OpenCl()
    {
        var (device, reason) = FirstOpenCl.Value;
        Assert.SkipWhen(device is null, $"no OpenCL device: {reason}");
        return new DeviceBackend(device, isShared: true);
    }

    public static Backend Simulator() => new DeviceBackend(Simulated.Value.Device!, isShared: true);

    /// <summary>One that nobody else uses.</summary>
    public static DeviceBackend OwnSimulator() => new(Open(DeviceCatalog.Simulator).Device!);

    /// <summary>From here on drivers without a generic address space are used too.</summary>
    public static void AcceptAll() => Environment.SetEnvironmentVariable(OpenClGenericAddresses.Variable, "1");

    private static (Device? Device, string Reason) Open(string name)
    {
        AcceptAll();
        return DeviceCatalog.TryOpen(name);
    }
}
