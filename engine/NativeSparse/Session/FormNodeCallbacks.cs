using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NativeSparse.Session;

/// <summary>The native callbacks of the form operator. Managed exceptions become statuses: one that escapes would end the process.</summary>
internal static unsafe class FormNodeCallbacks
{
    private const int Float = 1;

    /// <summary>One output or more: linears of one value are one node.</summary>
    private const int Variadic = 2;

    /// <summary>Creates the native operator; free it with <see cref="Free"/>.</summary>
    public static CustomOp* Create(FormTable forms, string name)
    {
        var op = (CustomOp*)NativeMemory.AllocZeroed((nuint)sizeof(CustomOp));
        op->Version = OrtApi.Version;
        op->GetName = (delegate* unmanaged<CustomOp*, byte*>)&GetName;
        op->GetExecutionProviderType = (delegate* unmanaged<CustomOp*, byte*>)&GetExecutionProviderType;
        op->GetInputType = (delegate* unmanaged<CustomOp*, nuint, int>)&GetElementType;
        op->GetInputTypeCount = (delegate* unmanaged<CustomOp*, nuint>)&GetCount;
        op->GetOutputType = (delegate* unmanaged<CustomOp*, nuint, int>)&GetElementType;
        op->GetOutputTypeCount = (delegate* unmanaged<CustomOp*, nuint>)&GetCount;
        op->KernelDestroy = (delegate* unmanaged<nint, void>)&Destroy;
        op->GetInputCharacteristic = (delegate* unmanaged<CustomOp*, nuint, int>)&GetZero;
        op->GetOutputCharacteristic = (delegate* unmanaged<CustomOp*, nuint, int>)&GetVariadic;
        op->GetInputMemoryType = (delegate* unmanaged<CustomOp*, nuint, int>)&GetZero;
        op->GetVariadicInputMinArity = (delegate* unmanaged<CustomOp*, int>)&GetOne;
        op->GetVariadicInputHomogeneity = (delegate* unmanaged<CustomOp*, int>)&GetOne;
        op->GetVariadicOutputMinArity = (delegate* unmanaged<CustomOp*, int>)&GetOne;
        op->GetVariadicOutputHomogeneity = (delegate* unmanaged<CustomOp*, int>)&GetOne;
        op->CreateKernelV2 = (delegate* unmanaged<CustomOp*, void*, nint, nint*, nint>)&CreateKernel;
        op->KernelComputeV2 = (delegate* unmanaged<nint, nint, nint>)&Compute;
        op->InferOutputShape = (delegate* unmanaged<CustomOp*, nint, nint>)&InferOutputShape;
        op->GetStartVersion = (delegate* unmanaged<CustomOp*, int>)&GetOne;
        op->GetEndVersion = (delegate* unmanaged<CustomOp*, int>)&GetLastVersion;
        op->Forms = GCHandle.ToIntPtr(GCHandle.Alloc(forms));
        op->Name = (byte*)Marshal.StringToCoTaskMemUTF8(name);
        return op;
    }

    /// <summary>Frees an operator that no session uses any more.</summary>
    public static void Free(CustomOp* op)
    {
        GCHandle.FromIntPtr(op->Forms).Free();
        Marshal.FreeCoTaskMem((nint)op->Name);
        NativeMemory.Free(op);
    }

    [UnmanagedCallersOnly]
    private static byte* GetName(CustomOp* op) => op->Name;

    [UnmanagedCallersOnly]
    private static byte* GetExecutionProviderType(CustomOp* op) => null;

    [UnmanagedCallersOnly]
    private static int GetElementType(CustomOp* op, nuint index) => Float;

    [UnmanagedCallersOnly]
    private static nuint GetCount(CustomOp* op) => 1;

    [UnmanagedCallersOnly]
    private static int GetZero(CustomOp* op, nuint index) => 0;

    [UnmanagedCallersOnly]
    private static int GetVariadic(CustomOp* op, nuint index) => Variadic;

    [UnmanagedCallersOnly]
    private static int GetOne(CustomOp* op) => 1;

    [UnmanagedCallersOnly]
    private static int GetLastVersion(CustomOp* op) => int.MaxValue;

#pragma warning disable CA1031 // native boundary

    [UnmanagedCallersOnly]
    private static nint CreateKernel(CustomOp* op, void* api, nint info, nint* kernel)
    {
        *kernel = 0;
        try
        {
            var forms = (FormTable)GCHandle.FromIntPtr(op->Forms).Target!;
            var node = new FormNodeKernel(forms, FormNodeAttributes.ReadSite(info));
            *kernel = GCHandle.ToIntPtr(GCHandle.Alloc(node));
            return 0;
        }
        catch (Exception exception)
        {
            return OrtApi.ToStatus(exception);
        }
    }

    [UnmanagedCallersOnly]
    private static nint Compute(nint kernel, nint context)
    {
        var node = Unsafe.As<FormNodeKernel>(GCHandle.FromIntPtr(kernel).Target!);
        try
        {
            node.Compute(context);
            return 0;
        }
        catch (Exception exception)
        {
            return OrtApi.ToStatus(exception);
        }
    }

    [UnmanagedCallersOnly]
    private static void Destroy(nint kernel)
    {
        if (kernel != 0)
        {
            GCHandle.FromIntPtr(kernel).Free();
        }
    }

    [UnmanagedCallersOnly]
    private static nint InferOutputShape(CustomOp* op, nint context)
    {
        try
        {
            var forms = (FormTable)GCHandle.FromIntPtr(op->Forms).Target!;
            var site = FormNodeAttributes.ReadSiteForInference(context);
            FormNodeShape.Infer(context, site, forms[site].OutputWidths);
            return 0;
        }
        catch (Exception exception)
        {
            return OrtApi.ToStatus(exception);
        }
    }
#pragma warning restore CA1031
}
