using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Finds the OpenCL loader where only its versioned name is installed, as on systems without development packages.</summary>
internal static class OpenClLibrary
{
    private static readonly Lock Gate = new();
    private static bool _isResolved;

    /// <summary>Before the first use of OpenCL.</summary>
    public static void Resolve()
    {
        lock (Gate)
        {
            if (_isResolved)
            {
                return;
            }

            _isResolved = true;
            try
            {
                NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Find);
            }
            catch (InvalidOperationException)
            {
                // The host has a resolver of its own for ILGPU: it decides.
            }
        }
    }

    private static nint Find(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (!name.Contains("OpenCL", StringComparison.OrdinalIgnoreCase) || NativeLibrary.TryLoad(name, assembly, path, out var library))
        {
            return 0;
        }

        return NativeLibrary.TryLoad("libOpenCL.so.1", out library) ? library : 0;
    }
}
