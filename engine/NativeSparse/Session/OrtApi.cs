using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace NativeSparse.Session;

/// <summary>ONNX Runtime's C function table. It is append-only: an index never changes between releases.</summary>
internal static unsafe class OrtApi
{
    /// <summary>Lowest version that has every function and custom-operator callback used here.</summary>
    public const uint Version = 18;

    private static readonly void** Table = Load();

    /// <summary>One function of the table.</summary>
    public static void* Function(OrtFunction function) => Table[(int)function];

    /// <summary>Throws what a status says, and releases it.</summary>
    public static void Check(nint status)
    {
        if (status == 0)
        {
            return;
        }

        var text = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<nint, byte*>)Function(OrtFunction.GetErrorMessage))(status));
        ((delegate* unmanaged<nint, void>)Function(OrtFunction.ReleaseStatus))(status);
        throw new OnnxRuntimeCallException(text ?? "ONNX Runtime reported an error without a message");
    }

    /// <summary>A status that carries a managed exception's message to ONNX Runtime, which throws it again on the managed side.</summary>
    public static nint ToStatus(Exception exception)
    {
        var text = $"{exception.GetType().Name}: {exception.Message}";
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        const int fail = 1;
        fixed (byte* address = bytes)
        {
            return ((delegate* unmanaged<int, byte*, nint>)Function(OrtFunction.CreateStatus))(fail, address);
        }
    }

    /// <summary>The shape of a tensor value; returns its rank.</summary>
    public static int GetShape(nint value, Span<long> shape)
    {
        nint info;
        Check(((delegate* unmanaged<nint, nint*, nint>)Function(OrtFunction.GetTensorTypeAndShape))(value, &info));
        try
        {
            nuint rank;
            Check(((delegate* unmanaged<nint, nuint*, nint>)Function(OrtFunction.GetDimensionsCount))(info, &rank));
            if ((int)rank > shape.Length)
            {
                throw new OnnxRuntimeCallException($"a feed-forward node reads a tensor of rank {rank}; at most {shape.Length} is supported");
            }

            fixed (long* address = shape)
            {
                Check(((delegate* unmanaged<nint, long*, nuint, nint>)Function(OrtFunction.GetDimensions))(info, address, rank));
            }

            return (int)rank;
        }
        finally
        {
            ((delegate* unmanaged<nint, void>)Function(OrtFunction.ReleaseTensorTypeAndShapeInfo))(info);
        }
    }

    /// <summary>Address of a tensor value's data.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint GetData(nint value)
    {
        void* data;
        Check(((delegate* unmanaged<nint, void**, nint>)Function(OrtFunction.GetTensorMutableData))(value, &data));
        return (nint)data;
    }

    private static void** Load()
    {
        // The managed package's resolver finds the native library for this platform.
        _ = OrtEnv.Instance().GetVersionString();
        var library = NativeLibrary.Load("onnxruntime", typeof(SessionOptions).Assembly, null);
        var getBase = (delegate* unmanaged<void**>)NativeLibrary.GetExport(library, "OrtGetApiBase");
        var getApi = (delegate* unmanaged<uint, void**>)getBase()[0];
        var table = getApi(Version);
        return table is not null
            ? table
            : throw new PlatformNotSupportedException($"the loaded ONNX Runtime has no C API version {Version}; use 1.18 or newer");
    }
}
