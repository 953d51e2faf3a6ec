using System.Globalization;
using System.Runtime.InteropServices;
using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed unsafe class ExecutableMemoryTests
{
    /// <summary>mov eax, 42; ret</summary>
    private static readonly KernelCode FortyTwo = new([0xB8, 42, 0, 0, 0, 0xC3], []);

    [Fact]
    public void Code_runs_and_is_freed_once()
    {
        SkipElsewhere();
        var memory = ExecutableMemory.Publish(FortyTwo);
        Assert.Equal(42, ((delegate* unmanaged<int>)memory.Address)());
        memory.Dispose();
        memory.Dispose();
        Assert.Equal(0, memory.Address);
    }

    [Fact]
    public void Pages_are_never_writable_and_executable_at_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "skipped: reads /proc/self/maps");
        SkipElsewhere();
        using var memory = ExecutableMemory.Publish(FortyTwo);
        Assert.StartsWith("r-x", Protection(memory.Address), StringComparison.Ordinal);
        var reserved = Pages.Reserve(4096);
        Assert.StartsWith("rw-", Protection(reserved), StringComparison.Ordinal);
        Pages.Free(reserved, 4096);
    }

    [Fact]
    public void A_refusal_names_the_call_and_the_error()
    {
        SkipElsewhere();
        var refusal = Assert.Throws<ExecutableMemoryException>(() => Pages.Reserve(nuint.MaxValue / 4096 * 4096));
        Assert.Contains(refusal.Operation, refusal.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, refusal.Error);
    }

    private static void SkipElsewhere() =>
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "skipped: needs x86-64");

    private static string Protection(nint address)
    {
        foreach (var line in File.ReadLines("/proc/self/maps"))
        {
            var bounds = line.Split(' ')[0].Split('-').Select(text => nint.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
            if (bounds[0] <= address && address < bounds[1])
            {
                return line.Split(' ')[1];
            }
        }

        return "unmapped";
    }
}
