using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace NativeSparse.Kernels;

/// <summary>
/// u8 rows times one s8 panel of 32 columns: two registers of weights, one broadcast of four inputs for each row, two
/// dot products of four. Up to 12 rows keep 24 accumulators; few rows keep several sets of them, so that dot products need not wait.
/// </summary>
internal sealed class Int8TileEmitter : TileEmitter
{
    private const int PanelVectors = 2;
    private const int VectorBytes = 64;
    private const int StepBytes = 4;
    private const int PanelStepBytes = PanelVectors * VectorBytes;
    private const int Unroll = 4;

    private readonly int _sets;
    private readonly int _weights;
    private readonly int _inputs;
    private readonly int _inputCount;
    private int _turn;

    public Int8TileEmitter(in TileSpecification tile, Abi abi)
        : base(tile, VectorCount(tile), abi)
    {
        _sets = SetCount(tile);
        _weights = Accumulators(tile) * _sets;
        _inputs = _weights + (tile.Rows == 1 ? 0 : PanelVectors);
        _inputCount = Math.Min(2, Vectors.Length - _inputs);
    }

    protected override void EmitBody()
    {
        KeepArguments();
        if (Tile.Epilogue is TileEpilogue.Scale or TileEpilogue.Gelu)
        {
            FetchOutputs(PanelVectors);
        }

        Load(Weights, TileField.Weights);
        StartAccumulators();
        if (Tile.IsIndexed)
        {
            EmitIndexedLoop();
        }
        else
        {
            EmitDenseLoop();
        }

        for (var i = Accumulators(Tile); i < Accumulators(Tile) * _sets; i++)
        {
            var total = Vectors[i % Accumulators(Tile)];
            Code.vpaddd(total, total, Vectors[i]);
        }

        RecallArguments();
        new Int8TileStore(Code, Tile, Vectors, Constants).Emit();
    }

    private static int Accumulators(in TileSpecification tile) => tile.Rows * PanelVectors;

    private static int SetCount(in TileSpecification tile) => tile.IsIndexed ? 1 : Accumulators(tile) switch
    {
        <= 4 => 4,
        <= 8 => 2,
        _ => 1,
    };

    private static int VectorCount(in TileSpecification tile)
    {
        var loop = (Accumulators(tile) * SetCount(tile)) + PanelVectors + 2;
        return Math.Min(Vectors.Length, Math.Max(loop, Accumulators(tile) + Int8TileStore.ScratchCount(tile.Epilogue)));
    }

    private void StartAccumulators()
    {
        for (var i = 0; i < Accumulators(Tile) * _sets; i++)
        {
            Clear(Vectors[i]);
        }

        if (!Tile.HasZeroPoint)
        {
            return;
        }

        Load(rcx, TileField.ColumnSums);
        Load(r8, TileField.RowZeros);
        var sums = Vectors[_inputs];
        for (var vector = 0; vector < PanelVectors; vector++)
        {
            Code.vmovdqu32(sums, __zmmword_ptr[rcx + (vector * VectorBytes)]);
            for (var row = 0; row < Tile.Rows; row++)
            {
                Code.vpdpwssd(Vectors[(row * PanelVectors) + vector], sums, __dword_bcst[r8 + (row * sizeof(int))]);
            }
        }
    }

    /// <summary>Rows run from minus their length up to zero, four steps at a time; what is left of a row is taken step by step.</summary>
    private void EmitDenseLoop()
    {
        var (loop, rest, restLoop, done) = (Code.CreateLabel(), Code.CreateLabel(), Code.CreateLabel(), Code.CreateLabel());
        Load(Position, TileField.InputBytes);
        Code.mov(rcx, Position);
        Code.and(rcx, (Unroll * StepBytes) - 1);
        Code.mov(LoopWord, rcx);
        Code.sub(Position, rcx);
        LoadRowPointers();
        if (Tile.PrefetchStreams > 0)
        {
            Load(Arguments, TileField.Prefetch);
            Code.lea(Arguments, __[Arguments + (Position * 8)]);
        }

        foreach (var row in RowPointers.AsSpan(0, Tile.Rows))
        {
            Code.add(row, Position);
        }

        Code.neg(Position);
        Code.jz(rest);

        Code.Label(ref loop);
        for (var step = 0; step < Unroll; step++)
        {
            EmitStep(step, step % _sets);
            EmitPrefetch(step);
        }

        Code.add(Weights, Unroll * PanelStepBytes);
        Code.add(Position, Unroll * StepBytes);
        Code.jnz(loop);

        Code.Label(ref rest);
        Code.cmp(Position, LoopWord);
        Code.jae(done);
        Code.Label(ref restLoop);
        EmitStep(0, 0);
        Code.add(Weights, PanelStepBytes);
        Code.add(Position, StepBytes);
        Code.cmp(Position, LoopWord);
        Code.jb(restLoop);
        Code.Label(ref done);
    }

    private void EmitIndexedLoop()
    {
        var (loop, done) = (Code.CreateLabel(), Code.CreateLabel());
        Load(rdx, TileField.IndicesEnd);
        Code.mov(LoopWord, rdx);
        LoadRowPointers();
        Load(Arguments, TileField.Indices);
        Code.cmp(Arguments, LoopWord);
        Code.jae(done);
        Code.Label(ref loop);
        Code.movsxd(Position, __dword_ptr[Arguments]);
        EmitStep(0, 0);
        Code.add(Weights, PanelStepBytes);
        Code.add(Arguments, sizeof(int));
        Code.cmp(Arguments, LoopWord);
        Code.jb(loop);
        Code.Label(ref done);
    }

    private void EmitStep(int step, int set)
    {
        var weights = step * PanelStepBytes;
        if (Tile.Rows > 1)
        {
            for (var vector = 0; vector < PanelVectors; vector++)
            {
                Code.vmovdqu32(Vectors[_weights + vector], __zmmword_ptr[Weights + weights + (vector * VectorBytes)]);
            }
        }

        for (var row = 0; row < Tile.Rows; row++)
        {
            var input = Vectors[_inputs + (_turn++ % _inputCount)];
            Code.vpbroadcastd(input, __dword_ptr[RowPointers[row] + Position + (step * StepBytes)]);
            for (var vector = 0; vector < PanelVectors; vector++)
            {
                var sum = Vectors[(((set * Tile.Rows) + row) * PanelVectors) + vector];
                if (Tile.Rows > 1)
                {
                    Code.vpdpbusd(sum, input, Vectors[_weights + vector]);
                }
                else
                {
                    Code.vpdpbusd(sum, input, __zmmword_ptr[Weights + weights + (vector * VectorBytes)]);
                }
            }
        }
    }

    /// <summary>A quarter of a panel is 8 bytes for each byte of a row: one line of 64 bytes every second step.</summary>
    private void EmitPrefetch(int step)
    {
        for (var stream = 0; step % 2 == 0 && stream < Tile.PrefetchStreams; stream++)
        {
            Code.prefetcht1(__byte_ptr[Arguments + (Position * 8) + (stream * Tile.PrefetchDistance) + (step * StepBytes * 8)]);
        }
    }
}
