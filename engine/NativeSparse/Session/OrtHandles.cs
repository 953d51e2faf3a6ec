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

    /// <summary>The native value of an input or output.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed: ONNX Runtime would end the process.</exception>
    public static nint Handle(OrtValue? value, string kind, string name)
    {
        if (value is null)
        {
            throw new ArgumentException($"the {kind} '{name}' is null, expected an OrtValue");
        }

        var handle = Handle(value);
        return handle == 0 ? throw new ObjectDisposedException(nameof(OrtValue), $"The {kind} '{name}' is disposed.") : handle;
    }

    /// <summary>The native options, of which a disposed object has none: ONNX Runtime would end the process.</summary>
    /// <exception cref="ObjectDisposedException">They are disposed.</exception>
    public static SessionOptions Living(SessionOptions options)
    {
        ObjectDisposedException.ThrowIf(options.IsClosed, options);
        return options;
    }

    /// <summary>A copy of session options that shares nothing with the original but what it registered (libraries, allocators).</summary>
    public static SessionOptions Clone(SessionOptions options)
    {
        nint copy;
        OrtApi.Check(((delegate* unmanaged<nint, nint*, nint>)OrtApi.Function(OrtFunction.CloneSessionOptions))(
            Living(options).DangerousGetHandle(), &copy));
        var clone = new SessionOptions();
        var empty = clone.DangerousGetHandle();
        SetHandle(clone, copy);
        ((delegate* unmanaged<nint, void>)OrtApi.Function(OrtFunction.ReleaseSessionOptions))(empty);
        GC.KeepAlive(options);
        return clone;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    private static extern nint Handle(OrtValue value);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SetHandle")]
    private static extern void SetHandle(SafeHandle handle, nint value);
}
