namespace NativeSparse.Kernels;

/// <summary>Products with 2:4 weights: how tokens or pixels are divided among tiles and threads.</summary>
internal static unsafe class TwoOfFourProduct<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Tokens that share one reading of the weights.</summary>
    private const int BlockTokens = 128;

    /// <summary>Bytes of a block's inputs that the second-level cache holds beside a panel of the weights.</summary>
    private const int CachedBytes = 256 << 10;

    /// <summary>Least pixels of a block, of which blocks are multiples.</summary>
    private const int LeastPixels = 32;

    /// <summary>Pixels of one stretch of several threads: bounds the scratch memory.</summary>
    private const int StretchPixels = 512;

    private const int ChunksPerThread = 4;

    /// <summary>Least multiply-adds of a chunk that is worth a dispatch.</summary>
    private const long LeastWork = 1 << 17;

    public static void Run(in Execution execution, View x, VectorTwoOfFour weights, in Epilogue epilogue, View y)
    {
        execution.Cancellation.ThrowIfCancellationRequested();
        if (y.Rows == 0)
        {
            return;
        }

        var pass = new TwoOfFourPass<TWidth, TVector>
        {
            Weights = weights,
            X = x,
            Y = y,
            Epilogue = epilogue,
            BlockTokens = BlockTokens,
            Cancellation = execution.Cancellation,
        };
        pass.Chunks = Chunks(execution.Splitter.Threads, weights, y.Rows, pass.Items);
        execution.Splitter.Run(pass.Chunks, &TwoOfFourPass<TWidth, TVector>.Run, ref pass);
        GC.KeepAlive(weights);
    }

    public static void RunChannels(in Execution execution, View x, VectorTwoOfFour weights, in Epilogue epilogue, View y)
    {
        using var scope = execution.Scratch.Enter();
        var block = BlockPixels(weights.InputWidth);
        var threads = execution.Splitter.Threads;
        var pass = new TwoOfFourChannels<TWidth, TVector>
        {
            Weights = weights,
            X = x,
            Y = y,
            Bias = PaddedBias(execution, weights, epilogue.Bias),
            Activation = epilogue.Activation,
            BlockPixels = block,
            Cancellation = execution.Cancellation,
        };

        // One thread takes block by block: what it transposed is still in the second-level cache when the weights come.
        var stretch = threads == 1 ? block : StretchPixels;
        for (var first = 0; first < y.Columns; first += stretch)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            using var rows = execution.Scratch.Enter();
            var count = Math.Min(stretch, y.Columns - first);
            (pass.First, pass.Rows) = (first, execution.Scratch.RentSpread(count, weights.InputWidth));
            pass.Chunks = Chunks(threads, weights, count, pass.Blocks * weights.Panels);
            execution.Splitter.Run(pass.Blocks, &TwoOfFourChannels<TWidth, TVector>.Gather, ref pass);
            execution.Splitter.Run(pass.Chunks, &TwoOfFourChannels<TWidth, TVector>.Run, ref pass);
        }

        GC.KeepAlive(weights);
    }

    /// <summary>As many as the second-level cache holds inputs of; no fewer than what makes good use of one reading of the weights.</summary>
    private static int BlockPixels(int inputs) =>
        Math.Clamp(CachedBytes / (sizeof(float) * inputs), LeastPixels, BlockTokens) / LeastPixels * LeastPixels;

    private static int Chunks(int threads, VectorTwoOfFour weights, int tokens, int items)
    {
        var work = (long)weights.InputWidth * weights.OutputWidth * tokens / 2;
        return threads == 1 ? 1 : (int)Math.Clamp(work / LeastWork, 1, Math.Min(ChunksPerThread * threads, items));
    }

    /// <summary>Outputs of the last panel beyond N add zeros.</summary>
    private static View PaddedBias(in Execution execution, VectorTwoOfFour weights, View bias)
    {
        if (bias.IsEmpty)
        {
            return default;
        }

        var padded = execution.Scratch.Rent(1, weights.Panels * weights.Panel);
        padded.RowSpan(0).Clear();
        new ReadOnlySpan<float>(bias.Row(0), bias.Columns).CopyTo(padded.RowSpan(0));
        return padded;
    }
}
