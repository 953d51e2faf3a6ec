namespace NativeSparse.Kernels;

/// <summary>
/// Rows of channels by int8 weights: a stretch of pixels becomes rows, of which each is rounded by itself as a token is, and their outputs become
/// channels again.
/// </summary>
internal static unsafe class QuantizedChannels
{
    /// <summary>Pixels of one stretch: bounds the scratch memory.</summary>
    private const int StretchPixels = 512;

    /// <summary>Pixels that one thread transposes at a time.</summary>
    private const int ChunkPixels = 64;

    /// <param name="sparse">Runs rows of tokens.</param>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[K, P]</c>.</param>
    /// <param name="weights">int8 weights of <paramref name="sparse"/>.</param>
    /// <param name="epilogue">Bias and activation.</param>
    /// <param name="y"><c>[N, P]</c>.</param>
    public static void Run(ISparseMatMul sparse, in Execution execution, View x, PackedSparse weights, in Epilogue epilogue, View y)
    {
        for (var first = 0; first < y.Columns; first += StretchPixels)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            using var scope = execution.Scratch.Enter();
            var count = Math.Min(StretchPixels, y.Columns - first);
            var job = new Job
            {
                X = x,
                Y = y,
                First = first,
                Rows = execution.Scratch.RentSpread(count, weights.InputWidth),
                Outputs = execution.Scratch.RentSpread(count, weights.OutputWidth),
            };
            var chunks = (count + ChunkPixels - 1) / ChunkPixels;
            execution.Splitter.Run(chunks, &Gather, ref job);
            sparse.Run(execution, job.Rows, weights, epilogue, job.Outputs);
            execution.Splitter.Run(chunks, &Scatter, ref job);
        }
    }

    private static void Gather(ref Job job, int chunk)
    {
        var (pixel, count) = job.Pixels(chunk);
        RowsToColumns.Run(job.X.Row(0) + job.First + pixel, job.X.Stride, job.X.Rows, count, job.Rows.Row(pixel), job.Rows.Stride);
    }

    private static void Scatter(ref Job job, int chunk)
    {
        var (pixel, count) = job.Pixels(chunk);
        RowsToColumns.Run(job.Outputs.Row(pixel), job.Outputs.Stride, count, job.Y.Rows, job.Y.Row(0) + job.First + pixel, job.Y.Stride);
    }

    private struct Job
    {
        public View X;
        public View Y;
        public int First;
        public View Rows;
        public View Outputs;

        public readonly (int First, int Count) Pixels(int chunk) => (chunk * ChunkPixels, Math.Min(ChunkPixels, Rows.Rows - (chunk * ChunkPixels)));
    }
}
