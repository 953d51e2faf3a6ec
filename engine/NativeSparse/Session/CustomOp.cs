using System.Runtime.InteropServices;

namespace NativeSparse.Session;

/// <summary>Mirror of <c>struct OrtCustomOp</c> (version 18), followed by our own data: ONNX Runtime keeps only the pointer.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CustomOp
{
    public uint Version;
    public void* CreateKernel;
    public void* GetName;
    public void* GetExecutionProviderType;
    public void* GetInputType;
    public void* GetInputTypeCount;
    public void* GetOutputType;
    public void* GetOutputTypeCount;
    public void* KernelCompute;
    public void* KernelDestroy;
    public void* GetInputCharacteristic;
    public void* GetOutputCharacteristic;
    public void* GetInputMemoryType;
    public void* GetVariadicInputMinArity;
    public void* GetVariadicInputHomogeneity;
    public void* GetVariadicOutputMinArity;
    public void* GetVariadicOutputHomogeneity;
    public void* CreateKernelV2;
    public void* KernelComputeV2;
    public void* InferOutputShape;
    public void* GetStartVersion;
    public void* GetEndVersion;
    public void* GetMayInplace;
    public void* ReleaseMayInplace;
    public void* GetAliasMap;
    public void* ReleaseAliasMap;

    /// <summary>Handle of the <see cref="FormTable"/> that the operator serves.</summary>
    public nint Forms;

    /// <summary>The operator's name, UTF-8, zero-terminated.</summary>
    public byte* Name;
}
