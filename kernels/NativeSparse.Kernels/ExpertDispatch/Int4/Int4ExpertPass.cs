using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>One pass over some tokens in three steps; every step is cut into chunks that may run on any thread.</summary>
internal unsafe struct Int4ExpertPass<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Tokens of one chunk of the steps that walk tokens.</summary>
    public const int ChunkTokens = 16;

    public View X;
    public View Y;
    public ExpertBins Bins;
    public Int4Experts Experts;
    public Int4Rows Inputs;

    /// <summary>Room for the rounded rows of one block, for each chunk.</summary>
    public Int4Rows Gathered;

    /// <summary>One row for each pair.</summary>
    public View Hidden;

    /// <summary>One row for each pair.</summary>
    public Int4Rows HiddenInputs;

    /// <summary>One row for each pair.</summary>
    public View Outputs;

    /// <summary>Chunks of the blocks.</summary>
    public int Chunks;
    public CancellationToken Cancellation;

    public static void RunRounding(ref Int4ExpertPass<TWidth, TVector> pass, int chunk)
    {
        for (var t = chunk * ChunkTokens; t < Math.Min((chunk + 1) * ChunkTokens, pass.X.Rows); t++)
        {
            pass.Inputs.Quantize(t, pass.X.Row(t));
        }
    }

    public static void RunExperts(ref Int4ExpertPass<TWidth, TVector> pass, int chunk)
    {
        var blocks = pass.Bins.Blocks;
        for (var block = blocks * chunk / pass.Chunks; block < blocks * (chunk + 1) / pass.Chunks; block++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            pass.RunBlock(pass.Bins[block], chunk * Int4Tile.UsualRows);
        }
    }

    public static void RunSums(ref Int4ExpertPass<TWidth, TVector> pass, int chunk)
    {
        for (var t = chunk * ChunkTokens; t < Math.Min((chunk + 1) * ChunkTokens, pass.X.Rows); t++)
        {
            foreach (var pair in pass.Bins.PairsOf(t))
            {
                AddWeighted(pass.Bins.Weights(pair)[0], pass.Outputs.Row(pair), pass.Y.Row(t), pass.Y.Columns);
            }
        }
    }

    private readonly void RunBlock(in ExpertBins.Block block, int place)
    {
        var tokens = Bins.Tokens(block.FirstPair);
        for (var r = 0; r < block.Rows; r++)
        {
            Inputs.CopyTo(tokens[r], Gathered, place + r);
        }

        var (first, rows, expert) = (block.FirstPair, block.Rows, block.Expert);
        var up = new Epilogue { Bias = Experts.UpBias(expert), Activation = Experts.IsGated ? default : Experts.Activation };
        Multiply(Gathered, place, Experts.Up(expert), up, Hidden, first, rows);
        if (Experts.IsGated)
        {
            // The multiplier is read where the result goes: both start at the block's first row.
            var gate = new Epilogue { Bias = Experts.GateBias(expert), Activation = Experts.Activation, Multiplier = Hidden };
            Multiply(Gathered, place, Experts.Gate(expert), gate, Hidden, first, rows);
        }

        for (var r = first; r < first + rows; r++)
        {
            HiddenInputs.Quantize(r, Hidden.Row(r));
        }

        Multiply(HiddenInputs, first, Experts.Down(expert), new Epilogue { Bias = Experts.ExpertBias(expert) }, Outputs, first, rows);
    }

    private static void Multiply(in Int4Rows x, int xRow, Int4Matrix matrix, in Epilogue epilogue, View y, int yRow, int rows) =>
        Int4Block<TWidth, TVector>.Run(x, xRow, rows, matrix, 0, matrix.Panels, epilogue, y, yRow);

    /// <summary>y = fma(weight, values, y).</summary>
    private static void AddWeighted(float weight, float* values, float* y, int count)
    {
        var factor = Vector256.Create(weight);
        var i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256.FusedMultiplyAdd(factor, Vector256.Load(values + i), Vector256.Load(y + i)).Store(y + i);
        }

        for (; i < count; i++)
        {
            y[i] = MathF.FusedMultiplyAdd(weight, values[i], y[i]);
        }
    }
}
