using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>Whole pages from the system: mmap and mprotect, or VirtualAlloc and VirtualProtect.</summary>
internal static unsafe partial class Pages
{
    private const int ReadWrite = 1 | 2;
    private const int ReadExecute = 1 | 4;
    private const int PrivateMapping = 2;
    private const int AnonymousLinux = 0x20;
    private const int AnonymousMac = 0x1000;
    private const uint Commit = 0x3000;
    private const uint Release = 0x8000;
    private const uint WindowsReadWrite = 0x04;
    private const uint WindowsReadExecute = 0x20;

    /// <summary>Fresh pages that can be written, not executed.</summary>
    public static nint Reserve(nuint length)
    {
        if (OperatingSystem.IsWindows())
        {
            var pages = VirtualAlloc(0, length, Commit, WindowsReadWrite);
            return pages != 0 ? pages : throw Refusal("VirtualAlloc");
        }

        var anonymous = OperatingSystem.IsMacOS() ? AnonymousMac : AnonymousLinux;
        var mapping = Map(0, length, ReadWrite, PrivateMapping | anonymous, -1, 0);
        return mapping != -1 ? mapping : throw Refusal("mmap");
    }

    /// <summary>From now on executed and read, not written.</summary>
    public static void Seal(nint address, nuint length)
    {
        if (OperatingSystem.IsWindows())
        {
            uint before;
            if (!VirtualProtect(address, length, WindowsReadExecute, &before))
            {
                throw Refusal("VirtualProtect(PAGE_EXECUTE_READ)");
            }
        }
        else if (Protect(address, length, ReadExecute) != 0)
        {
            throw Refusal("mprotect(PROT_READ | PROT_EXEC)");
        }
    }

    public static void Free(nint address, nuint length)
    {
        // Both fail only for a range that is not ours.
        _ = OperatingSystem.IsWindows() ? VirtualFree(address, 0, Release) : Unmap(address, length) == 0;
    }

    /// <summary>Tells Windows about the frame of the function at <paramref name="origin"/>; gives back what <see cref="RemoveFunctions"/> takes.</summary>
    public static nint AddFunctions(nint table, nint origin) =>
        RtlAddFunctionTable(table, 1, origin) ? table : throw new ExecutableMemoryException("RtlAddFunctionTable", 0);

    public static void RemoveFunctions(nint table) => RtlDeleteFunctionTable(table);

    private static ExecutableMemoryException Refusal(string operation) => new(operation, Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial nint VirtualAlloc(nint address, nuint length, uint kind, uint protection);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool VirtualProtect(nint address, nuint length, uint protection, uint* before);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool VirtualFree(nint address, nuint length, uint kind);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool RtlAddFunctionTable(nint table, uint count, nint origin);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool RtlDeleteFunctionTable(nint table);
}
