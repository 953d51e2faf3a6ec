using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Operands of one call, each between pages that may not be touched (on Windows: ordinary memory).</summary>
internal sealed unsafe class GuardedOperands(bool atEnd) : IDisposable
{
    private readonly List<IDisposable> _memory = [];

    public List<MemoryRange> Ranges { get; } = [];

    public nint Allocate(int bytes, bool isWritten)
    {
        // Guarded memory counts in floats; operands here are whole words.
        Assert.Equal(0, bytes % sizeof(float));
        nint address;
        if (OperatingSystem.IsWindows())
        {
            var buffer = new NativeBuffer(bytes / sizeof(float));
            _memory.Add(buffer);
            address = (nint)buffer.Floats;
        }
        else
        {
            var guarded = new GuardedMemory(bytes / sizeof(float), atEnd);
            _memory.Add(guarded);
            address = guarded.Address;
        }

        Ranges.Add(new MemoryRange(address, bytes, isWritten));
        return address;
    }

    public void Dispose() => _memory.ForEach(memory => memory.Dispose());
}
