using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>
/// Blocks of s8 rows times one int4 panel: the tile unit gives the exact sum of each group of 32, the vector units scale the sums of two
/// groups while it multiplies the next two. Totals stay in registers: one block has 16 rows by 16 columns. System V.
/// </summary>
internal sealed class AmxInt4Emitter
{
    /// <summary>Bytes of a group of unpacked weights.</summary>
    public const int WeightBytes = TileSpecification.Int4Group * TileSpecification.Int4Columns;

    /// <summary>Bytes of the sums that a kernel keeps: two pairs of groups.</summary>
    public const int SumBytes = 2 * PairSumBytes;

    private const int VectorBytes = 64;
    private const int GroupSumBytes = AmxConfiguration.TileRows * VectorBytes;
    private const int PairSumBytes = 2 * GroupSumBytes;
    private const int ScaleBytes = 32;
    private const int ScaleOffset = TileSpecification.Int4Group + sizeof(int);

    private static readonly AssemblerRegister64[] Kept = [rbx, rbp, r12, r13, r14, r15];

    private static readonly AssemblerRegisterZMM[] Totals =
        [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15];

    private static readonly AssemblerRegisterZMM[] Values =
        [zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29];

    private readonly Assembler _code = new(64);
    private readonly AmxInt4Form _form;
    private readonly int _recordBytes;

    private AmxInt4Emitter(AmxInt4Form form)
    {
        _form = form;
        _recordBytes = Int4Group.RecordBytes(form.HasGroupScales);
    }

    private static AssemblerRegister64 BlockRows => rsi;

    private static AssemblerRegister64 Stride => r8;

    private static AssemblerRegister64 BlockTotals => r9;

    private static AssemblerRegister64 Blocks => r10;

    /// <summary>Rows at the pair that is multiplied.</summary>
    private static AssemblerRegister64 Rows => r11;

    /// <summary>Rows at the pair that is scaled.</summary>
    private static AssemblerRegister64 ScaledRows => r13;

    private static AssemblerRegister64 Weights => rax;

    private static AssemblerRegister64 Groups => rcx;

    private static AssemblerRegister64 Pairs => rdx;

    private static AssemblerRegister64 Line => rbp;

    private static AssemblerRegister64 Sums => rbx;

    /// <summary>One of these rows.</summary>
    private static AssemblerRegister64 ScaledRow => r15;

    /// <summary>Sums of the pair that is scaled.</summary>
    private static AssemblerRegister64 ScaledSums => r12;

    public static KernelCode Emit(AmxInt4Form form) => new AmxInt4Emitter(form).Emit();

    private KernelCode Emit()
    {
        var block = _code.CreateLabel();
        var frame = new AmxFrame(_code, Kept);
        frame.Enter(Field(AmxInt4Field.Configuration));
        _code.mov(BlockRows, Field(AmxInt4Field.Rows));
        _code.mov(Stride, Field(AmxInt4Field.RowStride));
        _code.mov(BlockTotals, Field(AmxInt4Field.Totals));
        _code.mov(Blocks, Field(AmxInt4Field.Blocks));
        _code.mov(Sums, Field(AmxInt4Field.Sums));
        _code.lea(ScaledSums, __[Sums + PairSumBytes]);
        _code.imul(r14, Stride, _form.Rows);
        _code.mov(ebp, VectorBytes);

        _code.Label(ref block);
        EmitBlock();
        _code.add(BlockRows, r14);
        _code.add(BlockTotals, _form.Rows * VectorBytes);
        _code.dec(Blocks);
        _code.jnz(block);

        frame.Leave();
        return KernelCode.Encode(_code);
    }

    private void EmitBlock()
    {
        var (pair, last) = (_code.CreateLabel(), _code.CreateLabel());
        _code.mov(Rows, BlockRows);
        _code.mov(ScaledRows, BlockRows);
        _code.mov(Weights, Field(AmxInt4Field.Weights));
        _code.mov(Groups, Field(AmxInt4Field.Groups));
        _code.mov(Pairs, Field(AmxInt4Field.Pairs));
        for (var row = 0; row < _form.Rows; row++)
        {
            _code.vmovups(Totals[row], __zmmword_ptr[BlockTotals + (row * VectorBytes)]);
        }

        EmitAll(Products());
        EmitAdvance();
        _code.dec(Pairs);
        _code.jz(last);
        _code.Label(ref pair);
        EmitInTurns(Products(), Scaling());
        EmitAdvance();
        _code.add(Groups, Int4Group.PairBytes);
        _code.add(ScaledRows, 2 * _recordBytes);
        _code.dec(Pairs);
        _code.jnz(pair);
        _code.Label(ref last);
        EmitAll(Scaling());
        for (var row = 0; row < _form.Rows; row++)
        {
            _code.vmovups(__zmmword_ptr[BlockTotals + (row * VectorBytes)], Totals[row]);
        }
    }

    private void EmitAdvance()
    {
        _code.add(Rows, 2 * _recordBytes);
        _code.add(Weights, 2 * WeightBytes);
        _code.xchg(Sums, ScaledSums);
    }

    /// <summary>The tile instructions of the sums of two groups.</summary>
    private List<Action> Products()
    {
        AssemblerRegisterTMM[] sums = [tmm0, tmm1];
        AssemblerRegisterTMM[] inputs = [tmm2, tmm3];
        AssemblerRegisterTMM[] weights = [tmm4, tmm5];
        var steps = new List<Action>();
        for (var group = 0; group < sums.Length; group++)
        {
            var (sum, input, weight, g) = (sums[group], inputs[group], weights[group], group);
            steps.Add(() => _code.tileloadd(input, __[Rows + Stride + (g * _recordBytes)]));
            steps.Add(() => _code.tileloadd(weight, __[Weights + Line + (g * WeightBytes)]));
            steps.Add(() => _code.tilezero(sum));
            steps.Add(() => _code.tdpbssd(sum, input, weight));
        }

        for (var group = 0; group < sums.Length; group++)
        {
            var (sum, g) = (sums[group], group);
            steps.Add(() => _code.tilestored(__[Sums + Line + (g * GroupSumBytes)], sum));
        }

        return steps;
    }

    /// <summary><c>total = fma(float(sum) [* group scale of the row], scale, total)</c>, a step for each row, the first group first.</summary>
    private List<Action> Scaling()
    {
        AssemblerRegisterZMM[] scales = [zmm30, zmm31];
        var steps = new List<Action>();
        for (var group = 0; group < scales.Length; group++)
        {
            var (scale, g) = (scales[group], group);
            steps.Add(() => _code.vcvtph2ps(scale, __ymmword_ptr[Groups + (g * ScaleBytes)]));
            for (var row = 0; row < _form.Rows; row++)
            {
                var r = row;
                steps.Add(() => EmitRow(r, g, scale));
            }
        }

        return steps;
    }

    private void EmitRow(int row, int group, AssemblerRegisterZMM scale)
    {
        var product = Values[row % Values.Length];
        _code.vcvtdq2ps(product, __zmmword_ptr[ScaledSums + (group * GroupSumBytes) + (row * VectorBytes)]);
        if (_form.HasGroupScales)
        {
            if (row == 0)
            {
                _code.mov(ScaledRow, ScaledRows);
            }
            else
            {
                _code.add(ScaledRow, Stride);
            }

            _code.vmulps(product, product, __dword_bcst[ScaledRow + (group * _recordBytes) + ScaleOffset]);
        }

        _code.vfmadd231ps(Totals[row], product, scale);
    }

    private static void EmitAll(List<Action> steps) => steps.ForEach(step => step());

    /// <summary>Both lists in their own order, evenly mixed.</summary>
    private static void EmitInTurns(List<Action> few, List<Action> many)
    {
        var next = 0;
        for (var step = 0; step < few.Count; step++)
        {
            few[step]();
            for (; next < many.Count * (step + 1) / few.Count; next++)
            {
                many[next]();
            }
        }
    }

    private static AssemblerMemoryOperand Field(AmxInt4Field field) => __qword_ptr[rdi + ((int)field * 8)];
}
