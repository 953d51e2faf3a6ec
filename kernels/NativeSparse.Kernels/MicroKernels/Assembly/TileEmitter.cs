using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>What the emitters of all tiles share: registers by role, the frame around the kernel, constants behind it.</summary>
internal abstract class TileEmitter
{
    /// <summary>Registers in the order in which tiles take them: those that belong to a Windows caller come last.</summary>
    protected static readonly AssemblerRegisterZMM[] Vectors =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25,
        zmm26, zmm27, zmm28, zmm29, zmm30, zmm31, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
    ];

    /// <summary>Where the rows' pointers live during the K loop.</summary>
    protected static readonly AssemblerRegister64[] RowPointers = [rax, rcx, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15];

    private const int CacheLine = 64;
    private const int ArgumentsSlot = 0;
    private const int LoopSlot = 1;
    private const int TableSlot = 2;
    private const int TilesSlot = 3;
    private const int Slots = 4;

    private readonly List<(Label Label, float[] Values)> _constants = [];
    private readonly Frame _frame;

    protected TileEmitter(in TileSpecification tile, int vectors, Abi abi)
    {
        Tile = tile;
        var rows = RowPointers.AsSpan(0, tile.Rows).ToArray();
        _frame = new Frame(abi, [.. rows, rdi, rsi], Vectors.Take(vectors).Select(register => (Register)register - Register.ZMM0), Slots);
    }

    protected TileSpecification Tile { get; }

    protected Assembler Code { get; } = new(64);

    /// <summary>The arguments; free for other use once <see cref="KeepArguments"/> ran.</summary>
    protected static AssemblerRegister64 Arguments => rdi;

    protected static AssemblerRegister64 Weights => rsi;

    /// <summary>The place along K: runs up to zero.</summary>
    protected static AssemblerRegister64 Position => rdx;

    /// <summary>One word on the stack for the K loop.</summary>
    protected static AssemblerMemoryOperand LoopWord => Frame.Slot(LoopSlot);

    /// <summary>Where the rows' pointers of the next tile lie.</summary>
    protected static AssemblerMemoryOperand TableWord => Frame.Slot(TableSlot);

    /// <summary>Tiles to come.</summary>
    protected static AssemblerMemoryOperand TilesWord => Frame.Slot(TilesSlot);

    /// <summary>Assembles the kernel of a specification.</summary>
    /// <exception cref="NotSupportedException">No kernel of this form exists.</exception>
    public static KernelCode Emit(in TileSpecification tile, Abi abi)
    {
        tile.Validate();
        TileEmitter emitter = tile.Kind switch
        {
            TileKind.Int8 => new Int8TileEmitter(tile, abi),
            TileKind.Int4 => new Int4TileEmitter(tile, abi),
            _ => new ExpertDownEmitter(tile, abi),
        };
        emitter._frame.Enter(emitter.Code);
        emitter.EmitBody();
        emitter._frame.Leave(emitter.Code);
        emitter.EmitConstants();
        return KernelCode.Encode(emitter.Code, emitter._frame, abi);
    }

    protected static AssemblerMemoryOperand Field(TileField field, int offset = 0) => __qword_ptr[rdi + ((int)field * 8) + offset];

    protected abstract void EmitBody();

    protected void Load(AssemblerRegister64 register, TileField field) => Code.mov(register, Field(field));

    protected void KeepArguments() => Code.mov(Frame.Slot(ArgumentsSlot), rdi);

    protected void RecallArguments() => Code.mov(rdi, Frame.Slot(ArgumentsSlot));

    /// <summary>The rows' pointers into their registers; rax, which held the table, comes last.</summary>
    protected void LoadRowPointers()
    {
        Code.mov(rax, Field(TileField.Rows));
        LoadRowPointersOfTable();
    }

    /// <summary>The same, of a table that rax points to.</summary>
    protected void LoadRowPointersOfTable()
    {
        for (var row = Tile.Rows - 1; row >= 0; row--)
        {
            Code.mov(RowPointers[row], __qword_ptr[rax + (row * 8)]);
        }
    }

    /// <summary>
    /// Asks for the lines that the outputs go to: they lie in as many pages as there are rows, and stores would wait for them at the end.
    /// Comes first: row pointers are not loaded yet.
    /// </summary>
    protected void FetchOutputs(int vectors)
    {
        Code.mov(rax, Field(TileField.Outputs));
        for (var row = 0; row < Tile.Rows; row++)
        {
            Code.mov(rcx, __qword_ptr[rax + (row * 8)]);
            Code.add(rcx, Field(TileField.OutputOffset));
            for (var vector = 0; vector < vectors; vector++)
            {
                Code.prefetcht0(__byte_ptr[rcx + (vector * CacheLine)]);
            }
        }
    }

    protected void Clear(AssemblerRegisterZMM register) => Code.vpxord(register, register, register);

    /// <summary>Values that the kernel reads from behind its code.</summary>
    protected Label Constants(params float[] values)
    {
        var label = Code.CreateLabel();
        _constants.Add((label, values));
        return label;
    }

    private void EmitConstants()
    {
        foreach (var (label, values) in _constants)
        {
            var place = label;
            Code.Label(ref place);
            foreach (var value in values)
            {
                Code.dd(BitConverter.SingleToUInt32Bits(value));
            }
        }
    }
}
