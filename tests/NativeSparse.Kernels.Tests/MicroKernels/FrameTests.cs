using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels.Tests;

/// <summary>Frames of both conventions, run on this processor.</summary>
public sealed unsafe class FrameTests
{
    private static readonly AssemblerRegister64[] General = [rax, rcx, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15, rdi, rsi, rdx];

    private static readonly AssemblerRegisterYMM[] Vectors =
        [ymm0, ymm1, ymm2, ymm3, ymm4, ymm5, ymm6, ymm7, ymm8, ymm9, ymm10, ymm11, ymm12, ymm13, ymm14, ymm15];

    public static TheoryData<string, int, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int, int>();
            foreach (var abi in new[] { Abi.SystemV, Abi.Windows })
            {
                for (var general = 6; general <= General.Length; general++)
                {
                    cases.Add(abi.Name, general, general + 1, general % 4);
                }

                cases.Add(abi.Name, 7, 0, 0);
                cases.Add(abi.Name, 8, 0, 1);
                cases.Add(abi.Name, 15, 7, 3);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_caller_gets_its_registers_and_stack_back(string convention, int general, int vectors, int slots)
    {
        SkipElsewhere();
        var abi = convention == Abi.Windows.Name ? Abi.Windows : Abi.SystemV;
        var assembler = new Assembler(64);
        var frame = new Frame(abi, General.AsSpan(0, general).ToArray().Append(rdi), Enumerable.Range(0, vectors), slots);
        frame.Enter(assembler);
        for (var i = 0; i < slots; i++)
        {
            assembler.mov(Frame.Slot(i), rdi);
        }

        assembler.inc(__qword_ptr[rdi]);
        for (var i = 0; i < vectors; i++)
        {
            assembler.vpcmpeqd(Vectors[i], Vectors[i], Vectors[i]);
        }

        for (var i = 0; i < general; i++)
        {
            assembler.mov(General[i], 0x5EED_0000L + i);
        }

        for (var i = 0; i < slots; i++)
        {
            assembler.mov(rdi, Frame.Slot(i));
            assembler.inc(__qword_ptr[rdi]);
        }

        frame.Leave(assembler);
        using var memory = ExecutableMemory.Publish(KernelCode.Encode(assembler, frame, abi));
        using var witness = new CallWitness(abi);
        long calls = 0;
        witness.Call(memory.Address, &calls);
        Assert.Equal(1 + slots, calls);
    }

    [Fact]
    public void A_register_that_is_not_given_back_is_seen()
    {
        SkipElsewhere();
        foreach (var abi in new[] { Abi.SystemV, Abi.Windows })
        {
            var assembler = new Assembler(64);
            assembler.xor(ebx, ebx);
            assembler.ret();
            using var memory = ExecutableMemory.Publish(KernelCode.Encode(assembler, new Frame(abi, [], [], 0), abi));
            using var witness = new CallWitness(abi);
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => witness.Call(memory.Address, null));
        }
    }

    [Fact]
    public void Windows_is_told_what_the_prologue_did()
    {
        var assembler = new Assembler(64);
        var frame = new Frame(Abi.Windows, [rbx, rdi], [6], slots: 1);
        frame.Enter(assembler);
        frame.Leave(assembler);
        var code = KernelCode.Encode(assembler, frame, Abi.Windows);

        // push rbx (1 byte); push rdi (1); sub rsp, 40 (4); vmovaps [rsp + 16], xmm6 (6)
        byte[] expected = [1, 12, 5, 0, 12, 0x68, 1, 0, 6, 0x42, 2, 0x70, 1, 0x30, 0, 0];
        Assert.Equal(expected, code.Unwind);
        Assert.Equal([0x53, 0x57, 0x48, 0x83, 0xEC, 0x28, 0xC5, 0xF8, 0x29, 0x74, 0x24, 0x10], code.Bytes[..12]);
    }

    [Fact]
    public void A_large_frame_is_told_in_the_long_form()
    {
        var frame = WindowsUnwind.Encode([new UnwindStep(UnwindOperation.Allocate, 176)], [7]);
        Assert.Equal([1, 7, 2, 0, 7, 0x01, 22, 0], frame);
    }

    private static void SkipElsewhere() =>
        Assert.SkipWhen(CpuFeatures.Host.Missing(InstructionSet.Avx2) is not null, $"skipped: {CpuFeatures.Host.Missing(InstructionSet.Avx2)}");
}
