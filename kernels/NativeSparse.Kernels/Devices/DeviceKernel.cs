using System.Reflection;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>One kernel of a device, compiled at its first launch.</summary>
/// <typeparam name="TLauncher">A delegate that takes the stream, the grid, and the kernel's parameters.</typeparam>
/// <param name="device">The device.</param>
/// <param name="method">The kernel.</param>
/// <param name="specialization">Threads of a group, and groups that are to share a multiprocessor, where the compiler shall keep to them.</param>
internal sealed class DeviceKernel<TLauncher>(Device device, MethodInfo method, KernelSpecialization specialization = default)
    where TLauncher : Delegate
{
    private TLauncher? _launcher;

    /// <summary>The launcher; under the device's lock.</summary>
    public TLauncher Launcher => _launcher ??= device.Accelerator.LoadKernel(method, specialization).CreateLauncherDelegate<TLauncher>();
}
