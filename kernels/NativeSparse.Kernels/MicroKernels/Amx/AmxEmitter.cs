using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>
/// Sums of u8 rows times one s8 panel of 32 columns in the tile registers of AMX: two tiles of inputs by two of weights, four of sums, so that
/// each tile that is loaded is used twice. System V; only registers that belong to the callee.
/// </summary>
internal static class AmxEmitter
{
    private const int StepBytes = 64;
    private const int PanelRowBytes = 128;
    private const int PanelStepBytes = StepBytes / 4 * PanelRowBytes;
    private const int TileBytes = AmxConfiguration.TileRows * PanelRowBytes;
    private const int CacheLine = 64;

    /// <summary>Lines of a panel that belong to one step.</summary>
    public const int LinesOfStep = PanelStepBytes / CacheLine;

    /// <param name="isTall">More than 16 rows: two tiles of inputs.</param>
    /// <param name="aheadLines">Lines of the next panel that each step asks for.</param>
    public static KernelCode Emit(bool isTall, int aheadLines)
    {
        var code = new Assembler(64);
        var (block, step) = (code.CreateLabel(), code.CreateLabel());
        code.mov(rax, Field(AmxField.Configuration));
        code.ldtilecfg(__[rax]);
        code.mov(r8, Field(AmxField.RowStride));
        code.mov(r9, Field(AmxField.Ahead));
        code.mov(r10, Field(AmxField.Sums));
        code.mov(r11, Field(AmxField.Blocks));
        code.mov(ecx, PanelRowBytes);

        code.Label(ref block);
        code.mov(rsi, Field(AmxField.Rows));
        if (isTall)
        {
            code.mov(rdx, r8);
            code.shl(rdx, 4);
            code.add(rdx, rsi);
        }

        code.mov(rax, Field(AmxField.Weights));
        foreach (var sum in Sums(isTall))
        {
            code.tilezero(sum);
        }

        code.Label(ref step);
        code.tileloadd(tmm4, __[rsi + r8]);
        code.tileloadd(tmm6, __[rax + rcx]);
        code.tileloadd(tmm7, __[rax + rcx + StepBytes]);
        code.tdpbusd(tmm0, tmm4, tmm6);
        code.tdpbusd(tmm1, tmm4, tmm7);
        if (isTall)
        {
            code.tileloadd(tmm5, __[rdx + r8]);
            code.tdpbusd(tmm2, tmm5, tmm6);
            code.tdpbusd(tmm3, tmm5, tmm7);
            code.add(rdx, StepBytes);
        }

        for (var line = 0; line < aheadLines; line++)
        {
            code.prefetcht1(__byte_ptr[r9 + (line * CacheLine)]);
        }

        if (aheadLines > 0)
        {
            code.add(r9, aheadLines * CacheLine);
        }

        code.add(rsi, StepBytes);
        code.add(rax, PanelStepBytes);
        code.cmp(rax, Field(AmxField.WeightsEnd));
        code.jb(step);

        code.tilestored(__[r10 + rcx], tmm0);
        code.tilestored(__[r10 + rcx + StepBytes], tmm1);
        if (isTall)
        {
            code.tilestored(__[r10 + rcx + TileBytes], tmm2);
            code.tilestored(__[r10 + rcx + TileBytes + StepBytes], tmm3);
        }

        code.add(r10, 2 * TileBytes);
        code.mov(rax, r8);
        code.shl(rax, 5);
        code.add(Field(AmxField.Rows), rax);
        code.dec(r11);
        code.jnz(block);
        code.tilerelease();
        code.ret();
        return Encode(code);
    }

    /// <summary>Six independent sums, so many times: the limit of the unit.</summary>
    public static KernelCode EmitPeak(int steps)
    {
        AssemblerRegisterTMM[] sums = [tmm0, tmm1, tmm2, tmm3, tmm4, tmm5];
        var code = new Assembler(64);
        var step = code.CreateLabel();
        code.ldtilecfg(__[rdi]);
        foreach (var tile in (AssemblerRegisterTMM[])[.. sums, tmm6, tmm7])
        {
            code.tilezero(tile);
        }

        code.mov(eax, steps);
        code.Label(ref step);
        foreach (var sum in sums)
        {
            code.tdpbusd(sum, tmm6, tmm7);
        }

        code.dec(eax);
        code.jnz(step);
        code.tilerelease();
        code.ret();
        return Encode(code);
    }

    private static AssemblerRegisterTMM[] Sums(bool isTall) => isTall ? [tmm0, tmm1, tmm2, tmm3] : [tmm0, tmm1];

    private static AssemblerMemoryOperand Field(AmxField field) => __qword_ptr[rdi + ((int)field * 8)];

    private static KernelCode Encode(Assembler code)
    {
        using var bytes = new MemoryStream();
        code.Assemble(new StreamCodeWriter(bytes), 0);
        return new KernelCode(bytes.ToArray(), []);
    }
}
