using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>
/// Down product of one expert, or of a part of its neurons: <c>sums[t][0..N) += hidden[t] W</c>, int32, tiles of up to 12 tokens and all columns
/// in one call. Weights are w + 128, each panel <c>[depth/4][32][4]</c>; a token's sums start at -128 times the sum of all its hidden values.
/// </summary>
/// <remarks>
/// Hidden values and sums of a token lie at a fixed distance (<see cref="TileField.OutputOffset"/>), so that one pointer serves both.
/// Sums are added when the products are complete: their loads then wait for nothing.
/// </remarks>
internal sealed class ExpertDownEmitter(in TileSpecification tile, Abi abi) : TileEmitter(tile, VectorCount(tile.Rows), abi)
{
    private const int PanelVectors = 2;
    private const int VectorBytes = 64;
    private const int StepBytes = PanelVectors * VectorBytes;

    /// <summary>What is asked for next: a register that few rows leave free, and that belongs to no caller.</summary>
    private static AssemblerRegister64 Fetched => r11;

    protected override void EmitBody()
    {
        KeepArguments();
        Code.mov(rax, Field(TileField.PanelStride));
        Code.mov(LoopWord, rax);
        Code.mov(rax, Field(TileField.RowTiles));
        Code.mov(TilesWord, rax);
        Code.mov(rax, Field(TileField.Rows));
        Code.mov(TableWord, rax);
        if (Tile.IsFetching)
        {
            Load(Fetched, TileField.Prefetch);
        }

        var tile = Code.CreateLabel();
        Code.Label(ref tile);
        RecallArguments();
        Load(Weights, TileField.Weights);
        Load(Position, TileField.InputBytes);
        Load(rdi, TileField.OutputOffset);
        Code.mov(rax, TableWord);
        Code.add(TableWord, Tile.Rows * 8);
        LoadRowPointersOfTable();
        EmitPanels();
        Code.dec(TilesWord);
        Code.jnz(tile);
    }

    private static int VectorCount(int rows) => (rows * PanelVectors) + PanelVectors + 2;

    private static AssemblerMemoryOperand Sums(int index) =>
        __zmmword_ptr[RowPointers[index / PanelVectors] + rdi + (index % PanelVectors * VectorBytes)];

    private void EmitPanels()
    {
        var loop = Code.CreateLabel();
        Code.Label(ref loop);
        var sums = Tile.Rows * PanelVectors;
        for (var i = 0; i < sums; i++)
        {
            Clear(Vectors[i]);
        }

        var (inputs, turn) = (sums + PanelVectors, 0);
        var inputCount = VectorCount(Tile.Rows) - inputs;
        for (var quad = 0; quad < Tile.Depth / 4; quad++)
        {
            for (var vector = 0; vector < PanelVectors; vector++)
            {
                Code.vmovdqu32(Vectors[sums + vector], __zmmword_ptr[Weights + (((quad * PanelVectors) + vector) * VectorBytes)]);
            }

            for (var line = 0; Tile.IsFetching && line < StepBytes; line += VectorBytes)
            {
                Code.prefetcht0(__byte_ptr[Fetched + (quad * StepBytes) + line]);
            }

            for (var row = 0; row < Tile.Rows; row++)
            {
                var input = Vectors[inputs + (turn++ % inputCount)];
                Code.vpbroadcastd(input, __dword_ptr[RowPointers[row] + (quad * 4)]);
                for (var vector = 0; vector < PanelVectors; vector++)
                {
                    Code.vpdpbusd(Vectors[(row * PanelVectors) + vector], Vectors[sums + vector], input);
                }
            }
        }

        for (var i = 0; i < sums; i++)
        {
            Code.vpaddd(Vectors[i], Vectors[i], Sums(i));
        }

        for (var i = 0; i < sums; i++)
        {
            Code.vmovdqu32(Sums(i), Vectors[i]);
        }

        Code.add(Weights, LoopWord);
        if (Tile.IsFetching)
        {
            Code.add(Fetched, LoopWord);
        }

        Code.add(rdi, PanelVectors * VectorBytes);
        Code.dec(Position);
        Code.jnz(loop);
    }
}
