using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>Where <see cref="Scratch"/> gets its blocks.</summary>
internal abstract class ScratchMemory
{
    /// <summary>Native memory of this process.</summary>
    public static ScratchMemory Host { get; } = new HostMemory();

    /// <summary>Uninitialized memory, aligned.</summary>
    public abstract nint Allocate(nuint bytes, nuint alignment);

    /// <summary>Frees what <see cref="Allocate"/> gave.</summary>
    public abstract void Free(nint address);

    private sealed unsafe class HostMemory : ScratchMemory
    {
        public override nint Allocate(nuint bytes, nuint alignment) => (nint)NativeMemory.AlignedAlloc(bytes, alignment);

        public override void Free(nint address) => NativeMemory.AlignedFree((void*)address);
    }
}
