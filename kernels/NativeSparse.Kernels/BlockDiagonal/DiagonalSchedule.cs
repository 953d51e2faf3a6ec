namespace NativeSparse.Kernels;

/// <summary>Walks the diagonal blocks over the dense family's tiles: each block is a product over strided views of x and y.</summary>
internal static unsafe class DiagonalSchedule<TProduct, TMatrix>
    where TProduct : struct, IDiagonalProduct<TMatrix>
    where TMatrix : PackedMatrix
{
    /// <summary>Rows that are rounded in one chunk.</summary>
    private const int RoundedRows = 16;

    /// <summary>One product; shapes are checked, there is at least one row.</summary>
    public static void Run(in Execution execution, View x, PackedBlockDiagonal blocks, in Epilogue epilogue, View y)
    {
        using var scope = execution.Scratch.Enter();
        var (maxRows, bytes) = (int.MaxValue, (nint)0);
        for (var b = 0; b < blocks.Count; b++)
        {
            var matrix = (TMatrix)blocks.Block(b);
            maxRows = Math.Min(maxRows, TProduct.BlockRows(matrix));
            bytes += TProduct.Bytes(x.Rows, matrix);
        }

        var first = (TMatrix)blocks.Block(0);
        var isMultiplier = TProduct.GrowsInPlace && epilogue.Multiplier.Address == y.Address;
        var job = new Job
        {
            X = x,
            Rounded = TProduct.IsRounded ? (byte*)execution.Scratch.Rent((nuint)bytes) : null,
            Blocks = blocks,
            Epilogue = epilogue,
            Sums = isMultiplier ? execution.Scratch.Rent(y.Rows, y.Columns) : y,
            Y = y,
            Grid = new DiagonalGrid(
                x.Rows, maxRows, TProduct.TileRows(first), blocks, TProduct.Columns(first), execution.Splitter.Threads),
            Cancellation = execution.Cancellation,
        };
        if (TProduct.IsRounded)
        {
            execution.Splitter.Run((x.Rows + RoundedRows - 1) / RoundedRows, &Round, ref job);
        }

        execution.Splitter.Run(job.Grid.Chunks, &RunChunk, ref job);
        GC.KeepAlive(blocks);
    }

    private static void Round(ref Job job, int chunk)
    {
        var first = chunk * RoundedRows;
        var end = Math.Min(first + RoundedRows, job.X.Rows);
        var rounded = job.Rounded;
        for (var b = 0; b < job.Blocks.Count; b++)
        {
            var matrix = (TMatrix)job.Blocks.Block(b);
            TProduct.Round(job.X.Part(job.Blocks.InputStart(b), matrix.InputWidth), first, end, matrix, rounded);
            rounded += TProduct.Bytes(job.X.Rows, matrix);
        }
    }

    private static void RunChunk(ref Job job, int chunk)
    {
        var (first, end) = job.Grid.Pieces(chunk);
        var current = 0;
        var rounded = job.Rounded;
        for (var piece = first; piece < end; piece++)
        {
            job.Cancellation.ThrowIfCancellationRequested();
            for (var block = job.Grid.Block(piece); current < block; current++)
            {
                rounded += TProduct.Bytes(job.X.Rows, (TMatrix)job.Blocks.Block(current));
            }

            RunPiece(job, piece, current, rounded);
        }
    }

    private static void RunPiece(in Job job, long piece, int block, void* rounded)
    {
        var matrix = (TMatrix)job.Blocks.Block(block);
        var (row, rows) = job.Grid.Rows(piece);
        var columns = TProduct.Columns(matrix);
        var (first, end) = job.Grid.Panels(piece, (matrix.OutputWidth + columns - 1) / columns);
        if (first == end)
        {
            return;
        }

        var (start, outputs) = (job.Blocks.OutputStart(block), matrix.OutputWidth);
        var epilogue = job.Epilogue with
        {
            Bias = job.Epilogue.Bias.Part(start, outputs),
            Multiplier = job.Epilogue.Multiplier.Part(start, outputs),
        };
        TProduct.Run(
            job.X.Part(job.Blocks.InputStart(block), matrix.InputWidth),
            rounded,
            row,
            rows,
            matrix,
            first,
            end,
            epilogue,
            job.Sums.Part(start, outputs),
            job.Y.Part(start, outputs));
    }

    private struct Job
    {
        public View X;
        public byte* Rounded;
        public PackedBlockDiagonal Blocks;
        public Epilogue Epilogue;
        public View Sums;
        public View Y;
        public DiagonalGrid Grid;
        public CancellationToken Cancellation;
    }
}
