using System.Reflection;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>One kernel of a device, compiled at its first launch.</summary>
/// <typeparam name="TLauncher">A delegate that takes the stream, the grid, and the kernel's parameters.</typeparam>
internal sealed class DeviceKernel<TLauncher>(Device device, MethodInfo method)
    where TLauncher : Delegate
{
    private TLauncher? _launcher;

    /// <summary>The launcher; under the device's lock.</summary>
    public TLauncher Launcher => _launcher ??= device.Accelerator.LoadKernel(method).CreateLauncherDelegate<TLauncher>();
}
