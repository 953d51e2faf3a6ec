using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>The end of an int8 tile: accumulators to outputs. The arguments are in rdi, all row pointers are free.</summary>
internal sealed class Int8TileStore(Assembler code, TileSpecification tile, AssemblerRegisterZMM[] vectors, Func<float[], Label> constants)
{
    private const int PanelVectors = 2;
    private const int VectorBytes = 64;

    private readonly int _scratch = tile.Rows * PanelVectors;

    private bool IsFloat => tile.Epilogue is TileEpilogue.Scale or TileEpilogue.Gelu;

    /// <summary>Registers used beside the accumulators.</summary>
    public static int ScratchCount(TileEpilogue epilogue) => epilogue switch
    {
        TileEpilogue.Raw => 0,
        TileEpilogue.Accumulate => 1,
        TileEpilogue.Scale => PanelVectors,
        _ => PanelVectors + GeluCode.ScratchCount,
    };

    public void Emit()
    {
        code.mov(rdx, Field(TileField.Outputs));
        code.mov(rcx, Field(TileField.OutputOffset));
        if (tile.IsMasked)
        {
            code.kmovw(k1, __word_ptr[rdi + ((int)TileField.ColumnMask * 8)]);
            code.kmovw(k2, __word_ptr[rdi + ((int)TileField.ColumnMask * 8) + 2]);
        }

        GeluCode? gelu = null;
        if (IsFloat)
        {
            code.mov(r8, Field(TileField.RowScales));
            code.mov(r9, Field(TileField.ColumnScales));
            code.mov(r10, Field(TileField.Biases));
            for (var vector = 0; vector < PanelVectors; vector++)
            {
                code.vmovups(vectors[_scratch + vector], __zmmword_ptr[r10 + (vector * VectorBytes)]);
            }
        }

        if (tile.Epilogue == TileEpilogue.Gelu)
        {
            code.lea(r11, __[constants(GeluCode.Values)]);
            gelu = new GeluCode(code, r11, vectors[(_scratch + PanelVectors)..(_scratch + PanelVectors + GeluCode.ScratchCount)]);
        }

        for (var row = 0; row < tile.Rows; row++)
        {
            code.mov(rax, __qword_ptr[rdx + (row * 8)]);
            for (var vector = 0; vector < PanelVectors; vector++)
            {
                EmitVector(row, vector, gelu);
            }
        }
    }

    private static AssemblerMemoryOperand Field(TileField field) => __qword_ptr[rdi + ((int)field * 8)];

    private void EmitVector(int row, int vector, GeluCode? gelu)
    {
        var sum = vectors[(row * PanelVectors) + vector];
        var output = __zmmword_ptr[rax + rcx + (vector * VectorBytes)];
        if (tile.Epilogue == TileEpilogue.Accumulate)
        {
            var before = vectors[_scratch];
            code.vmovdqu32(tile.IsMasked ? vector == 0 ? before.k1.z : before.k2.z : before, output);
            code.vpaddd(sum, sum, before);
        }
        else if (IsFloat)
        {
            code.vcvtdq2ps(sum, sum);
            code.vmulps(sum, sum, __zmmword_ptr[r9 + (vector * VectorBytes)]);
            code.vfmadd132ps(sum, vectors[_scratch + vector], __dword_bcst[r8 + (row * sizeof(float))]);
            gelu?.Apply(sum);
        }

        code.vmovups(tile.IsMasked ? vector == 0 ? output.k1 : output.k2 : output, sum);
    }
}
