namespace NativeSparse.Kernels;

/// <summary>
/// Pages of one kernel with one owner: written first, then executable and read-only for good; never both. Freed by <see cref="Dispose"/>,
/// at the latest by the collector. The processors meant here (x86-64) need no flush in between.
/// </summary>
internal sealed unsafe class ExecutableMemory : IDisposable
{
    private const int RuntimeFunctionBytes = 12;

    private readonly nuint _length;
    private readonly nint _functions;

    private ExecutableMemory(nint address, nuint length, nint functions)
    {
        Address = address;
        _length = length;
        _functions = functions;
    }

    ~ExecutableMemory() => Free();

    /// <summary>The first instruction; zero once freed.</summary>
    public nint Address { get; private set; }

    /// <exception cref="ExecutableMemoryException">The system refuses.</exception>
    public static ExecutableMemory Publish(KernelCode code)
    {
        var unwindOffset = (code.Bytes.Length + 15) & ~15;
        var functionOffset = unwindOffset + code.Unwind.Length;
        var page = (nuint)Environment.SystemPageSize;
        var length = ((nuint)(functionOffset + RuntimeFunctionBytes) + page - 1) / page * page;

        var address = Pages.Reserve(length);
        code.Bytes.CopyTo(new Span<byte>((void*)address, code.Bytes.Length));
        code.Unwind.CopyTo(new Span<byte>((void*)(address + unwindOffset), code.Unwind.Length));
        var function = new Span<int>((void*)(address + functionOffset), RuntimeFunctionBytes / sizeof(int));
        function[0] = 0;
        function[1] = unwindOffset;
        function[2] = unwindOffset;
        try
        {
            Pages.Seal(address, length);
            return new ExecutableMemory(
                address, length, code.Unwind.Length == 0 || !OperatingSystem.IsWindows() ? 0 : Pages.AddFunctions(address + functionOffset, address));
        }
        catch (ExecutableMemoryException)
        {
            Pages.Free(address, length);
            throw;
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (Address == 0)
        {
            return;
        }

        if (_functions != 0)
        {
            Pages.RemoveFunctions(_functions);
        }

        Pages.Free(Address, _length);
        Address = 0;
    }
}
