using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>
/// Blocks of u8 rows times panels of s8 weights in the tile registers of AMX: two tiles of inputs by two of weights, four of sums, so that
/// each tile that is loaded is used twice. Beside the steps of one panel the vector units finish the sums of the panel before. System V.
/// </summary>
internal sealed class AmxEmitter
{
    private const int StepBytes = 64;
    private const int PanelRowBytes = 128;
    private const int PanelStepBytes = StepBytes / 4 * PanelRowBytes;
    private const int TileBytes = AmxConfiguration.TileRows * PanelRowBytes;
    private const int CacheLine = 64;

    /// <summary>Bytes that weights are asked for ahead: two steps.</summary>
    private const int FetchDistance = 2 * PanelStepBytes;

    private static readonly AssemblerRegister64[] Kept = [rbx, rbp, r12, r13, r14, r15];

    private readonly Assembler _code = new(64);
    private readonly AmxForm _form;
    private readonly AmxFinishCode _finish;
    private Label _constants;

    private AmxEmitter(AmxForm form)
    {
        _form = form;
        _constants = _code.CreateLabel();
        _finish = new AmxFinishCode(_code, form.Finish);
    }

    public static KernelCode Emit(AmxForm form) => new AmxEmitter(form).Emit();

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
        return KernelCode.Encode(code);
    }

    private KernelCode Emit()
    {
        var (block, panel) = (_code.CreateLabel(), _code.CreateLabel());
        var frame = new AmxFrame(_code, Kept);
        frame.Enter(Field(AmxField.Configuration));
        _code.mov(r8, Field(AmxField.RowStride));
        _code.mov(r10, Field(AmxField.Sums));
        _code.mov(ecx, PanelRowBytes);
        _code.lea(rbp, __[_constants]);
        _finish.Begin();

        _code.Label(ref block);
        EmitFirstPanel();
        _code.Label(ref panel);
        EmitSums();
        _finish.EmitRest();
        EmitStore();
        _finish.Take();
        EmitNextPanel();
        _code.jnz(panel);

        EmitNextBlock();
        _code.jnz(block);
        _finish.EmitRest();

        frame.Leave();
        _code.Label(ref _constants);
        foreach (var value in GeluCode.Values)
        {
            _code.dd(BitConverter.SingleToUInt32Bits(value));
        }

        return KernelCode.Encode(_code);
    }

    private void EmitFirstPanel()
    {
        _code.xor(eax, eax);
        _code.mov(Field(AmxField.PanelOffset), rax);
        _code.mov(Field(AmxField.ColumnOffset), rax);
        _code.mov(rax, Field(AmxField.Panels));
        _code.mov(Field(AmxField.PanelsLeft), rax);
    }

    private void EmitSums()
    {
        var step = _code.CreateLabel();
        _code.mov(rsi, Field(AmxField.Rows));
        if (_form.IsTall)
        {
            _code.mov(rdx, r8);
            _code.shl(rdx, 4);
            _code.add(rdx, rsi);
        }

        _code.mov(rax, Field(AmxField.Weights));
        _code.add(rax, Field(AmxField.PanelOffset));
        _code.mov(r9, rax);
        _code.add(r9, Field(AmxField.PanelBytes));
        foreach (var sum in (AssemblerRegisterTMM[])(_form.IsTall ? [tmm0, tmm1, tmm2, tmm3] : [tmm0, tmm1]))
        {
            _code.tilezero(sum);
        }

        _code.Label(ref step);
        _code.tileloadd(tmm4, __[rsi + r8]);
        _code.tileloadd(tmm6, __[rax + rcx]);
        _code.tileloadd(tmm7, __[rax + rcx + StepBytes]);
        EmitProduct(tmm0, tmm4, tmm6);
        EmitProduct(tmm1, tmm4, tmm7);
        if (_form.IsTall)
        {
            _code.tileloadd(tmm5, __[rdx + r8]);
            EmitProduct(tmm2, tmm5, tmm6);
            EmitProduct(tmm3, tmm5, tmm7);
            _code.add(rdx, StepBytes);
        }

        for (var line = 0; _form.Finish.IsFetching && line < PanelStepBytes; line += CacheLine)
        {
            _code.prefetcht0(__byte_ptr[rax + FetchDistance + line]);
        }

        for (var row = 0; row < _form.RowsPerStep; row++)
        {
            _finish.EmitRow();
        }

        _code.add(rsi, StepBytes);
        _code.add(rax, PanelStepBytes);
        _code.cmp(rax, r9);
        _code.jb(step);
    }

    private void EmitProduct(AssemblerRegisterTMM sum, AssemblerRegisterTMM inputs, AssemblerRegisterTMM weights)
    {
        if (_form.Finish.IsExpertDown)
        {
            _code.tdpbsud(sum, inputs, weights);
        }
        else
        {
            _code.tdpbusd(sum, inputs, weights);
        }
    }

    private void EmitStore()
    {
        _code.tilestored(__[r10 + rcx], tmm0);
        _code.tilestored(__[r10 + rcx + StepBytes], tmm1);
        if (_form.IsTall)
        {
            _code.tilestored(__[r10 + rcx + TileBytes], tmm2);
            _code.tilestored(__[r10 + rcx + TileBytes + StepBytes], tmm3);
        }
    }

    /// <summary>Leaves whether there is one in the zero flag.</summary>
    private void EmitNextPanel()
    {
        _code.mov(rax, Field(AmxField.PanelStride));
        _code.add(Field(AmxField.PanelOffset), rax);
        _code.add(Field(AmxField.ColumnOffset), PanelRowBytes);
        _code.dec(Field(AmxField.PanelsLeft));
    }

    /// <summary>Leaves whether there is one in the zero flag.</summary>
    private void EmitNextBlock()
    {
        _code.mov(rax, r8);
        _code.shl(rax, 5);
        _code.add(Field(AmxField.Rows), rax);
        _code.mov(rax, Field(AmxField.OutputStride));
        _code.shl(rax, 5);
        _code.add(Field(AmxField.Outputs), rax);
        _code.add(Field(AmxField.RowScales), AmxConfiguration.BlockRows * sizeof(float));
        _code.add(Field(AmxField.RowZeros), AmxConfiguration.BlockRows * sizeof(int));
        if (_form.Finish.HasRowFactors)
        {
            _code.add(Field(AmxField.RowFactors), AmxConfiguration.BlockRows * sizeof(float));
        }

        _code.dec(Field(AmxField.Blocks));
    }

    private static AssemblerMemoryOperand Field(AmxField field) => __qword_ptr[rdi + ((int)field * 8)];
}
