namespace NativeSparse.Kernels;

/// <summary>
/// The int8 schedules. Many rows: each block of rows is rounded, multiplied, rounded again and multiplied again by one thread, while it is in
/// the cache. Few rows: all threads share the panels of each product. A row's result is the same either way.
/// </summary>
internal sealed unsafe class Int8Schedule<TWidth, TVector>(Int8Tile tile) : Int8Products(tile)
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Blocks for each thread from which on the threads share blocks instead of panels.</summary>
    private const int BlocksPerThread = 2;

    /// <summary>Rows that are rounded in one chunk.</summary>
    private const int RoundedRows = 16;

    public override Int8Dispatch Experts { get; } = new Int8DispatchSchedule<TWidth, TVector>(tile);

    public override void Run(in Execution execution, View x, Int8Matrix matrix, in Epilogue epilogue, View y)
    {
        using var scope = execution.Scratch.Enter();
        var rows = QuantizedRows.Rent(execution.Scratch, x.Rows, matrix.InputWidth, Tile);
        Quantize(execution, x, rows);
        Multiply(execution, rows, matrix, epilogue, y);
    }

    public override void RunFeedForward(in Execution execution, View x, in FeedForwardMatrices network, View y)
    {
        var threads = execution.Splitter.Threads;
        var blockRows = Int8Block<TWidth, TVector>.Rows(Tile, Math.Max(network.Up.InputWidth, network.Down.InputWidth));
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
                Inputs = QuantizedRows.Rent(execution.Scratch, count, network.Up.InputWidth, Tile),
                Hidden = execution.Scratch.RentSpread(count, network.Up.OutputWidth),
                HiddenInputs = QuantizedRows.Rent(execution.Scratch, count, network.Down.InputWidth, Tile),
                Cancellation = execution.Cancellation,
            };
            execution.Splitter.Run((count + blockRows - 1) / blockRows, &RunNetworkBlock, ref job);
        }
    }

    private static void RunShared(in Execution execution, View x, in FeedForwardMatrices network, View y)
    {
        using var scope = execution.Scratch.Enter();
        var (up, down) = ((Int8Matrix)network.Up, (Int8Matrix)network.Down);
        var inputs = QuantizedRows.Rent(execution.Scratch, x.Rows, up.InputWidth, up.Tile);
        var hidden = execution.Scratch.RentSpread(x.Rows, up.OutputWidth);
        var hiddenInputs = QuantizedRows.Rent(execution.Scratch, x.Rows, down.InputWidth, up.Tile);
        Quantize(execution, x, inputs);
        Multiply(execution, inputs, up, UpEpilogue(network), hidden);
        if (network.Gate is Int8Matrix gate)
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
        var (up, down) = ((Int8Matrix)job.Network.Up, (Int8Matrix)job.Network.Down);
        for (var r = first; r < first + rows; r++)
        {
            job.Inputs.Quantize(r, job.X.Row(r));
        }

        Int8Block<TWidth, TVector>.Run(job.Inputs, first, rows, up, 0, up.Panels, UpEpilogue(job.Network), job.Hidden, first);
        if (job.Network.Gate is Int8Matrix gate)
        {
            Int8Block<TWidth, TVector>.Run(
                job.Inputs, first, rows, gate, 0, gate.Panels, GateEpilogue(job.Network, job.Hidden), job.Hidden, first);
        }

        for (var r = first; r < first + rows; r++)
        {
            job.HiddenInputs.Quantize(r, job.Hidden.Row(r));
        }

        Int8Block<TWidth, TVector>.Run(
            job.HiddenInputs, first, rows, down, 0, down.Panels, new Epilogue { Bias = job.Network.DownBias }, job.Y, first);
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

    private static void Quantize(in Execution execution, View x, in QuantizedRows rows)
    {
        var job = new RoundingJob { X = x, Rows = rows };
        execution.Splitter.Run((x.Rows + RoundedRows - 1) / RoundedRows, &RunRounding, ref job);
    }

    private static void RunRounding(ref RoundingJob job, int chunk)
    {
        var end = Math.Min((chunk + 1) * RoundedRows, job.X.Rows);
        for (var r = chunk * RoundedRows; r < end; r++)
        {
            job.Rows.Quantize(r, job.X.Row(r));
        }
    }

    private static void Multiply(in Execution execution, in QuantizedRows rows, Int8Matrix matrix, in Epilogue epilogue, View y)
    {
        var tile = matrix.Tile;
        var job = new ProductJob
        {
            Rows = rows,
            Matrix = matrix,
            Epilogue = epilogue,
            Y = y,
            Grid = new ChunkGrid(
                y.Rows,
                Int8Block<TWidth, TVector>.Rows(tile, matrix.InputWidth),
                tile.TileRows,
                matrix.Panels,
                (long)matrix.InputWidth * tile.Columns / 2,
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
        Int8Block<TWidth, TVector>.Run(
            job.Rows, firstRow, rows, job.Matrix, firstPanel, endPanel, job.Epilogue, job.Y, firstRow);
    }

    private struct RoundingJob
    {
        public View X;
        public QuantizedRows Rows;
    }

    private struct ProductJob
    {
        public QuantizedRows Rows;
        public Int8Matrix Matrix;
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
        public QuantizedRows Inputs;
        public View Hidden;
        public QuantizedRows HiddenInputs;
        public CancellationToken Cancellation;
    }
}
