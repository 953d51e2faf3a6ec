using System.Runtime.InteropServices;

namespace NativeSparse.Kernels.Tests;

/// <summary>Floats that begin right behind, or end right before, a page that may not be touched (Linux and macOS).</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int NoAccess = 0;
    private const int ReadWrite = 3;
    private const int PrivateMapping = 2;

    private readonly nint _mapping;
    private readonly nuint _length;

    public GuardedMemory(int floats, bool atEnd, Random? random = null)
    {
        var page = (nuint)Environment.SystemPageSize;
        var bytes = (nuint)floats * sizeof(float);
        var inner = (bytes + page - 1) / page * page;
        _length = inner + (2 * page);
        var anonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;
        _mapping = Map(0, _length, ReadWrite, PrivateMapping | anonymous, -1, 0);
        if (_mapping == -1
            || Protect(_mapping, page, NoAccess) != 0
            || Protect(_mapping + (nint)(page + inner), page, NoAccess) != 0)
        {
            throw new InvalidOperationException($"no guarded pages: error {Marshal.GetLastPInvokeError()}");
        }

        Address = _mapping + (nint)page + (atEnd ? (nint)(inner - bytes) : 0);
        foreach (ref var value in Values(floats))
        {
            value = random is null ? 0 : (random.NextSingle() * 2) - 1;
        }
    }

    public nint Address { get; }

    public Span<float> Values(int count) => new((void*)Address, count);

    public void Dispose() => _ = Unmap(_mapping, _length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);
}
