namespace NativeSparse.Kernels;

/// <summary>
/// The schedules of products over rounded rows. Many rows: each block of rows is rounded, multiplied, rounded again and multiplied again by
/// one thread, while it is in the cache. Few rows: all threads share the panels of each product. A row's result is the same either way.
/// </summary>
internal static unsafe class RoundedSchedule<TProduct, TRows, TMatrix>
    where TProduct : struct, IRoundedProduct<TRows, TMatrix>
    where TRows : struct
    where TMatrix : PackedMatrix
{
    /// <summary>Blocks for each thread from which on the threads share blocks instead of panels.</summary>
    private const int BlocksPerThread = 2;

    /// <summary>Rows that are rounded in one chunk.</summary>
    private const int RoundedRows = 16;

    /// <summary>One product; shapes are checked.</summary>
    public static void Run(in Execution execution, View x, TMatrix matrix, in Epilogue epilogue, View y)
    {
        using var scope = execution.Scratch.Enter();
        var rows = TProduct.Rent(execution.Scratch, x.Rows, matrix);
        Quantize(execution, x, rows);
        Multiply(execution, rows, matrix, epilogue, y);
    }

    /// <summary>Several products of the same rows, which are rounded for all of them alike; shapes are checked.</summary>
    public static void RunMany(
        in Execution execution, View x, ReadOnlySpan<PackedMatrix> matrices, ReadOnlySpan<Epilogue> epilogues, ReadOnlySpan<View> outputs)
    {
        using var scope = execution.Scratch.Enter();
        var rows = TProduct.Rent(execution.Scratch, x.Rows, (TMatrix)matrices[0]);
        Quantize(execution, x, rows);
        for (var i = 0; i < matrices.Length; i++)
        {
            Multiply(execution, rows, (TMatrix)matrices[i], epilogues[i], outputs[i]);
            GC.KeepAlive(matrices[i]);
        }
    }

    /// <summary>A whole network of such matrices; shapes are checked.</summary>
    public static void RunFeedForward(in Execution execution, View x, in FeedForwardMatrices network, View y)
    {
        var threads = execution.Splitter.Threads;
        var (up, down) = ((TMatrix)network.Up, (TMatrix)network.Down);
        var blockRows = Math.Min(TProduct.BlockRows(up), TProduct.BlockRows(down));
        var blocks = (x.Rows + blockRows - 1) / blockRows;
        if (threads > 1 && blocks < BlocksPerThread * threads)
        {
            RunShared(execution, x, network, y);
            return;
        }

        // Blocks of nearly equal height, in passes that bound the scratch memory.
        blockRows = (x.Rows + blocks - 1) / blocks;
        var pass = threads == 1 ? 1 : BlocksPerThread * threads;
        for (var first = 0; first < x.Rows; first += pass * blockRows)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            using var scope = execution.Scratch.Enter();
            var count = Math.Min(pass * blockRows, x.Rows - first);
            var job = new NetworkJob
            {
                X = x.Slice(first, count),
                Y = y.Slice(first, count),
                Network = network,
                BlockRows = blockRows,
                Inputs = TProduct.Rent(execution.Scratch, count, up),
                Hidden = execution.Scratch.RentSpread(count, network.Up.OutputWidth),
                HiddenInputs = TProduct.Rent(execution.Scratch, count, down),
                Cancellation = execution.Cancellation,
            };
            execution.Splitter.Run((count + blockRows - 1) / blockRows, &RunNetworkBlock, ref job);
        }
    }

    private static void RunShared(in Execution execution, View x, in FeedForwardMatrices network, View y)
    {
        using var scope = execution.Scratch.Enter();
        var (up, down) = ((TMatrix)network.Up, (TMatrix)network.Down);
        var inputs = TProduct.Rent(execution.Scratch, x.Rows, up);
        var hidden = execution.Scratch.RentSpread(x.Rows, up.OutputWidth);
        var hiddenInputs = TProduct.Rent(execution.Scratch, x.Rows, down);
        Quantize(execution, x, inputs);
        Multiply(execution, inputs, up, UpEpilogue(network), hidden);
        if (network.Gate is TMatrix gate)
        {
            Multiply(execution, inputs, gate, GateEpilogue(network, hidden), hidden);
        }

        Quantize(execution, hidden, hiddenInputs);
        Multiply(execution, hiddenInputs, down, new Epilogue { Bias = network.DownBias }, y);
    }

    private static void RunNetworkBlock(ref NetworkJob job, int block)
    {
        job.Cancellation.ThrowIfCancellationRequested();
        var first = block * job.BlockRows;
        var rows = Math.Min(job.BlockRows, job.X.Rows - first);
        var (up, down) = ((TMatrix)job.Network.Up, (TMatrix)job.Network.Down);
        for (var r = first; r < first + rows; r++)
        {
            TProduct.Quantize(job.Inputs, r, job.X.Row(r));
        }

        TProduct.Run(job.Inputs, first, rows, up, 0, Panels(up), UpEpilogue(job.Network), job.Hidden, first);
        if (job.Network.Gate is TMatrix gate)
        {
            TProduct.Run(job.Inputs, first, rows, gate, 0, Panels(gate), GateEpilogue(job.Network, job.Hidden), job.Hidden, first);
        }

        for (var r = first; r < first + rows; r++)
        {
            TProduct.Quantize(job.HiddenInputs, r, job.Hidden.Row(r));
        }

        TProduct.Run(job.HiddenInputs, first, rows, down, 0, Panels(down), new Epilogue { Bias = job.Network.DownBias }, job.Y, first);
    }

    private static Epilogue UpEpilogue(in FeedForwardMatrices network) => new()
    {
        Bias = network.UpBias,
        Activation = network.Gate is null ? network.Activation : default,
    };

    private static Epilogue GateEpilogue(in FeedForwardMatrices network, View hidden) => new()
    {
        Bias = network.GateBias,
        Activation = network.Activation,
        Multiplier = hidden,
    };

    private static int Panels(TMatrix matrix) => (matrix.OutputWidth + TProduct.Columns(matrix) - 1) / TProduct.Columns(matrix);

    private static void Quantize(in Execution execution, View x, in TRows rows)
    {
        var job = new RoundingJob { X = x, Rows = rows };
        execution.Splitter.Run((x.Rows + RoundedRows - 1) / RoundedRows, &RunRounding, ref job);
    }

    private static void RunRounding(ref RoundingJob job, int chunk)
    {
        var end = Math.Min((chunk + 1) * RoundedRows, job.X.Rows);
        for (var r = chunk * RoundedRows; r < end; r++)
        {
            TProduct.Quantize(job.Rows, r, job.X.Row(r));
        }
    }

    private static void Multiply(in Execution execution, in TRows rows, TMatrix matrix, in Epilogue epilogue, View y)
    {
        var job = new ProductJob
        {
            Rows = rows,
            Matrix = matrix,
            Epilogue = epilogue,
            Y = y,
            Grid = new ChunkGrid(
                y.Rows,
                TProduct.BlockRows(matrix),
                TProduct.TileRows(matrix),
                Panels(matrix),
                (long)matrix.InputWidth * TProduct.Columns(matrix) / 2,
                execution.Splitter.Threads),
            Cancellation = execution.Cancellation,
        };
        execution.Splitter.Run(job.Grid.Count, &RunProduct, ref job);
    }

    private static void RunProduct(ref ProductJob job, int chunk)
    {
        job.Cancellation.ThrowIfCancellationRequested();
        var (firstRow, rows) = job.Grid.Rows(chunk);
        var (firstPanel, endPanel) = job.Grid.Panels(chunk);
        TProduct.Run(job.Rows, firstRow, rows, job.Matrix, firstPanel, endPanel, job.Epilogue, job.Y, firstRow);
    }

    private struct RoundingJob
    {
        public View X;
        public TRows Rows;
    }

    private struct ProductJob
    {
        public TRows Rows;
        public TMatrix Matrix;
        public Epilogue Epilogue;
        public View Y;
        public ChunkGrid Grid;
        public CancellationToken Cancellation;
    }

    private struct NetworkJob
    {
        public View X;
        public View Y;
        public FeedForwardMatrices Network;
        public int BlockRows;
        public TRows Inputs;
        public View Hidden;
        public TRows HiddenInputs;
        public CancellationToken Cancellation;
    }
}
