using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using ILGPU.Runtime.OpenCL;

namespace NativeSparse.Kernels;

/// <summary>
/// ILGPU refuses OpenCL devices without a generic address space, which our kernels do not use. A switch that is off by default makes it
/// accept them: drivers such as PoCL 3 run our kernels right.
/// </summary>
internal static class OpenClGenericAddresses
{
    /// <summary>Environment variable: 1 to accept them.</summary>
    public const string Variable = "NATIVESPARSE_OPENCL_FORCE_GENERIC";

    private static readonly HashSet<nint> Forced = [];
    private static string? _refused;

    /// <summary>Whether ILGPU may use a device.</summary>
    [DynamicDependency(DynamicallyAccessedMemberTypes.NonPublicMethods | DynamicallyAccessedMemberTypes.PublicProperties, typeof(CLCapabilityContext))]
    public static bool Accept(CLDevice device)
    {
        if (!device.Capabilities.GenericAddressSpace && Environment.GetEnvironmentVariable(Variable) == "1")
        {
            typeof(CLCapabilityContext).GetProperty(nameof(CLCapabilityContext.GenericAddressSpace), BindingFlags.Public | BindingFlags.Instance)
                ?.GetSetMethod(nonPublic: true)
                ?.Invoke(device.Capabilities, [true]);
            lock (Forced)
            {
                Forced.Add(device.DeviceId);
            }
        }

        if (!device.Capabilities.GenericAddressSpace)
        {
            lock (Forced)
            {
                _refused = device.Name;
            }
        }

        return device.Capabilities.GenericAddressSpace;
    }

    /// <summary>Why a device was refused, or null where none was.</summary>
    public static string? Refusal()
    {
        lock (Forced)
        {
            return _refused is null ? null : $"'{_refused}' has no generic address space; our kernels need none: {Variable}=1 uses it";
        }
    }

    /// <summary>Whether the switch was needed for a device.</summary>
    public static bool IsForced(CLDevice device)
    {
        lock (Forced)
        {
            return Forced.Contains(device.DeviceId);
        }
    }
}
