using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>Asks the system to back large weights with large pages: a walk over megabytes then misses the address cache less often.</summary>
internal static unsafe partial class LargePages
{
    /// <summary>Size of a large page on x86-64 and of most arm64 systems.</summary>
    public const int Size = 2 << 20;

    private const int UseLargePages = 14;

    /// <summary>A hint for memory aligned to <see cref="Size"/>; it changes no result, and a system that refuses it changes nothing.</summary>
    public static void Advise(void* address, nint bytes)
    {
        if (bytes < Size || !OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = Advise(address, (nuint)bytes, UseLargePages);
        }
        catch (DllNotFoundException)
        {
            // A C library under another name: the memory stays as it is.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
