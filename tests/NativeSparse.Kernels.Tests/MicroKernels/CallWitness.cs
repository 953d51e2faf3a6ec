using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels.Tests;

/// <summary>
/// Calls a kernel of either convention on this processor and sees whether the caller's registers come back: it fills them with marks,
/// calls, and writes down what is in them then. A kernel of the other system's convention is called as that system would.
/// </summary>
internal sealed unsafe class CallWitness : IDisposable
{
    private const int VectorCount = 16;
    private const int ShadowSlots = 4;

    private static readonly AssemblerRegisterXMM[] Vectors =
        [xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15];

    private readonly Abi _abi;
    private readonly ExecutableMemory _memory;

    public CallWitness(Abi abi)
    {
        _abi = abi;
        var host = Abi.Host;
        var assembler = new Assembler(64);
        var frame = new Frame(host, host.Saved, Enumerable.Range(0, VectorCount), ShadowSlots + 1);
        frame.Enter(assembler);
        assembler.mov(Frame.Slot(ShadowSlots), rdi);
        for (var i = 0; i < VectorCount; i++)
        {
            assembler.vmovups(Vectors[i], __xmmword_ptr[rdi + Record.MarksOffset + (i * 16)]);
        }

        assembler.mov(__qword_ptr[rdi + Record.StackOffset], rsp);
        assembler.mov(rax, __qword_ptr[rdi]);
        assembler.mov(rcx, __qword_ptr[rdi + 8]);
        foreach (var (register, index) in abi.Saved.Select((register, index) => (register, index)))
        {
            assembler.mov(register, Mark(index));
        }

        if (abi.Argument != rcx)
        {
            assembler.mov(abi.Argument, rcx);
        }

        assembler.call(rax);
        assembler.mov(rax, Frame.Slot(ShadowSlots));
        assembler.sub(__qword_ptr[rax + Record.StackOffset], rsp);
        foreach (var (register, index) in abi.Saved.Select((register, index) => (register, index)))
        {
            assembler.mov(__qword_ptr[rax + Record.GeneralOffset + (index * 8)], register);
        }

        for (var i = 0; i < VectorCount; i++)
        {
            assembler.vmovups(__xmmword_ptr[rax + Record.VectorsOffset + (i * 16)], Vectors[i]);
        }

        frame.Leave(assembler);
        _memory = ExecutableMemory.Publish(KernelCode.Encode(assembler, frame, host));
    }

    public void Call(nint kernel, void* argument)
    {
        var record = new Record { Kernel = kernel, Argument = (nint)argument };
        for (var i = 0; i < VectorCount * 16; i++)
        {
            record.Marks[i] = (byte)(37 * (i + 1));
        }

        ((delegate* unmanaged<Record*, void>)_memory.Address)(&record);
        Assert.Equal(0, record.Stack);
        for (var i = 0; i < _abi.Saved.Count; i++)
        {
            Assert.True(record.General[i] == Mark(i), $"{_abi}: {_abi.Saved[i]} was not given back");
        }

        for (var i = 0; i < VectorCount * 16; i++)
        {
            Assert.True(!_abi.IsSavedVector(i / 16) || record.Vectors[i] == record.Marks[i], $"{_abi}: xmm{i / 16} was not given back");
        }
    }

    public void Dispose() => _memory.Dispose();

    private static long Mark(int index) => 0x0123_4567_89AB_CDEF * (index + 1);

    private struct Record
    {
        public const int StackOffset = 16;
        public const int GeneralOffset = 24;
        public const int MarksOffset = GeneralOffset + (8 * 8);
        public const int VectorsOffset = MarksOffset + (16 * 16);

        public nint Kernel;
        public nint Argument;
        public long Stack;
        public fixed long General[8];
        public fixed byte Marks[16 * 16];
        public fixed byte Vectors[16 * 16];
    }
}
