using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>
/// Sums of one block and panel to outputs, row by row. A row is emitted wherever the vector units have time; what is left is finished before
/// the sums are overwritten.
/// </summary>
internal sealed class AmxFinishCode(Assembler code, AmxFinish finish)
{
    private const int PanelVectors = 2;
    private const int VectorBytes = 64;
    private const int RowBytes = PanelVectors * VectorBytes;

    private static readonly AssemblerRegisterZMM[] Values = [zmm0, zmm1];
    private static readonly AssemblerRegisterZMM[] Sums = [zmm2, zmm3];
    private static readonly AssemblerRegisterZMM[] Scales = [zmm4, zmm5];
    private static readonly AssemblerRegisterZMM[] Biases = [zmm6, zmm7];

    private readonly GeluCode[] _gelu =
    [
        new(code, rbp, [zmm16, zmm17, zmm18, zmm19]),
        new(code, rbp, [zmm20, zmm21, zmm22, zmm23]),
    ];

    private static AssemblerRegister32 RowsLeft => ebx;

    private static AssemblerRegister64 Line => r11;

    private static AssemblerRegister64 Output => r12;

    private static AssemblerRegister64 RowFactor => r13;

    private static AssemblerRegister64 RowScale => r14;

    private static AssemblerRegister64 RowZero => r15;

    /// <summary>Nothing to finish yet.</summary>
    public void Begin() => code.xor(RowsLeft, RowsLeft);

    /// <summary>The sums that were just stored, at r10, become what is finished next.</summary>
    public void Take()
    {
        code.mov(RowsLeft, __dword_ptr[rdi + ((int)AmxField.BlockRows * 8)]);
        code.mov(Line, r10);
        code.mov(RowScale, Field(AmxField.RowScales));
        code.mov(RowZero, Field(AmxField.RowZeros));
        if (finish.HasRowFactors)
        {
            code.mov(RowFactor, Field(AmxField.RowFactors));
        }

        code.mov(rax, Field(AmxField.ColumnOffset));
        code.mov(Output, Field(AmxField.Outputs));
        code.add(Output, rax);
        if (!finish.IsExpertDown)
        {
            Load(Sums, AmxField.ColumnSums);
        }

        if (finish.Epilogue != TileEpilogue.Raw)
        {
            Load(Scales, AmxField.ColumnScales);
            Load(Biases, AmxField.Biases);
        }
    }

    /// <summary>One row, if one is left.</summary>
    public void EmitRow()
    {
        var none = code.CreateLabel();
        code.test(RowsLeft, RowsLeft);
        code.jz(none);
        EmitExistingRow();
        code.Label(ref none);
        code.nop();
    }

    /// <summary>All rows that are left.</summary>
    public void EmitRest()
    {
        var (row, end) = (code.CreateLabel(), code.CreateLabel());
        code.test(RowsLeft, RowsLeft);
        code.jz(end);
        code.Label(ref row);
        EmitExistingRow();
        code.jnz(row);
        code.Label(ref end);
        code.nop();
    }

    private static AssemblerMemoryOperand Field(AmxField field) => __qword_ptr[rdi + ((int)field * 8)];

    /// <summary>Leaves whether one is left in the zero flag.</summary>
    private void EmitExistingRow()
    {
        for (var i = 0; i < PanelVectors; i++)
        {
            var value = Values[i];
            code.vmovdqu32(value, __zmmword_ptr[Line + (i * VectorBytes)]);
            if (finish.IsExpertDown)
            {
                code.vpaddd(value, value, __dword_bcst[RowZero]);
            }
            else
            {
                code.vpdpwssd(value, Sums[i], __dword_bcst[RowZero]);
            }

            if (finish.Epilogue != TileEpilogue.Raw)
            {
                EmitScale(i);
            }

            code.vmovups(__zmmword_ptr[Output + (i * VectorBytes)], value);
        }

        code.add(Line, RowBytes);
        code.add(RowScale, sizeof(float));
        code.add(RowZero, sizeof(int));
        code.add(Output, Field(AmxField.OutputStride));
        if (finish.HasRowFactors)
        {
            code.add(RowFactor, sizeof(float));
        }

        code.dec(RowsLeft);
    }

    private void EmitScale(int i)
    {
        var value = Values[i];
        code.vcvtdq2ps(value, value);
        code.vmulps(value, value, Scales[i]);
        code.vfmadd132ps(value, Biases[i], __dword_bcst[RowScale]);
        if (finish.Epilogue == TileEpilogue.Gelu)
        {
            _gelu[i].Apply(value);
        }

        if (finish.HasRowFactors)
        {
            code.vmulps(value, value, __dword_bcst[RowFactor]);
        }
    }

    private void Load(AssemblerRegisterZMM[] registers, AmxField field)
    {
        code.mov(rdx, Field(field));
        for (var i = 0; i < PanelVectors; i++)
        {
            code.vmovups(registers[i], __zmmword_ptr[rdx + rax + (i * VectorBytes)]);
        }
    }
}
