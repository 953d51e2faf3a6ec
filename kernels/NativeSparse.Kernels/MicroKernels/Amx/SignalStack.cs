using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>
/// The stack on which Linux delivers the signals of a thread. A thread that has used tile registers gets signal frames of 11 KB, and the 16 KB
/// that .NET sets aside then overflow: a null reference would end the process instead of being thrown. Such threads get a larger one first.
/// </summary>
internal static unsafe partial class SignalStack
{
    private const int Disabled = 2;

    /// <summary>Room for the frame and for the handler.</summary>
    private const int ByteCount = 128 << 10;

    [ThreadStatic]
    private static bool _isLarge;

    /// <summary>Sees to this thread; to be called before its first tile instruction.</summary>
    /// <exception cref="ExecutableMemoryException">The system has no memory for it.</exception>
    public static void Enlarge()
    {
        if (!_isLarge)
        {
            Replace();
            _isLarge = true;
        }
    }

    private static void Replace()
    {
        Description before;
        if (Set(null, &before) != 0 || (before.Flags & Disabled) != 0 || before.ByteCount >= ByteCount)
        {
            return;
        }

        // The runtime frees what it finds when the thread ends: the first pages of these, for it knows only the size of its own.
        var larger = new Description { Address = Pages.Reserve(ByteCount), ByteCount = ByteCount };
        if (Set(&larger, null) != 0)
        {
            Pages.Free(larger.Address, ByteCount);
        }
        else
        {
            Pages.Free(before.Address, before.ByteCount);
        }
    }

    [LibraryImport("libc", EntryPoint = "sigaltstack")]
    private static partial int Set(Description* next, Description* before);

    [StructLayout(LayoutKind.Sequential)]
    private struct Description
    {
        public nint Address;
        public int Flags;
        public nuint ByteCount;
    }
}
