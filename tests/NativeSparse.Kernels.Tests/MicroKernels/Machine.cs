using Iced.Intel;

namespace NativeSparse.Kernels.Tests;

/// <summary>Registers, flags and the memory that may be touched: the state of an interpreted kernel.</summary>
internal sealed unsafe class Machine
{
    public const int VectorBytes = 64;

    private const int StackBytes = 4096;

    private readonly List<MemoryRange> _ranges;
    private readonly byte[] _stack = GC.AllocateArray<byte>(StackBytes + 64, pinned: true);
    private readonly nint _stackStart;

    public Machine(IEnumerable<MemoryRange> ranges, int seed)
    {
        _ranges = [.. ranges];
        fixed (byte* stack = _stack)
        {
            _stackStart = (nint)stack + 63 & ~63;
        }

        // Nothing may rely on what registers hold at first.
        var random = new Random(seed);
        for (var i = 0; i < General.Length; i++)
        {
            General[i] = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        }

        foreach (var vector in Vectors)
        {
            random.NextBytes(vector);
        }

        for (var i = 0; i < Masks.Length; i++)
        {
            Masks[i] = (ulong)random.NextInt64();
        }

        this[Register.RSP] = (ulong)StackTop;
    }

    /// <summary>Where the stack pointer stands before the call, aligned as callers align it.</summary>
    public nint StackTop => _stackStart + StackBytes - 64;

    public ulong[] General { get; } = new ulong[16];

    public byte[][] Vectors { get; } = [.. Enumerable.Range(0, 32).Select(_ => new byte[VectorBytes])];

    public ulong[] Masks { get; } = new ulong[8];

    public bool Zero { get; set; }

    public bool Carry { get; set; }

    public ulong this[Register register]
    {
        get
        {
            var value = General[register.GetFullRegister() - Register.RAX];
            return register.GetSize() == 8 ? value : value & uint.MaxValue;
        }
        set => General[register.GetFullRegister() - Register.RAX] = register.GetSize() switch
        {
            8 => value,
            4 => (uint)value,
            _ => throw new NotSupportedException($"writing {register}"),
        };
    }

    /// <summary>Memory of an operand; below the stack pointer and outside what the test handed over there is none.</summary>
    public Span<byte> Memory(ulong address, int bytes, bool isWritten)
    {
        var start = (nint)address;
        if (start >= (nint)this[Register.RSP] && start + bytes <= _stackStart + StackBytes)
        {
            return new Span<byte>((void*)start, bytes);
        }

        foreach (var range in _ranges)
        {
            if (start >= range.Address && start + bytes <= range.Address + range.Length && (range.IsWritten || !isWritten))
            {
                return new Span<byte>((void*)start, bytes);
            }
        }

        throw new InvalidOperationException($"{(isWritten ? "write" : "read")} of {bytes} bytes at 0x{address:X}, outside every operand");
    }
}
