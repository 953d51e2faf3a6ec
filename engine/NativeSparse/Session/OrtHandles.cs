using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace NativeSparse.Session;

/// <summary>Native handles that the managed package does not hand out, for calls that must not allocate.</summary>
internal static unsafe class OrtHandles
{
    /// <summary>The native session.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    public static extern nint Handle(InferenceSession session);

    /// <summary>The native value.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    public static extern nint Handle(OrtValue value);

    /// <summary>A copy of session options that shares nothing with the original but what it registered (libraries, allocators).</summary>
    public static SessionOptions Clone(SessionOptions options)
    {
        nint copy;
        OrtApi.Check(((delegate* unmanaged<nint, nint*, nint>)OrtApi.Function(OrtFunction.CloneSessionOptions))(
            options.DangerousGetHandle(), &copy));
        var clone = new SessionOptions();
        var empty = clone.DangerousGetHandle();
        SetHandle(clone, copy);
        ((delegate* unmanaged<nint, void>)OrtApi.Function(OrtFunction.ReleaseSessionOptions))(empty);
        GC.KeepAlive(options);
        return clone;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SetHandle")]
    private static extern void SetHandle(SafeHandle handle, nint value);
}
