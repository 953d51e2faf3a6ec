namespace NativeSparse.Kernels;

/// <summary>The permutation of BlockShuffle in both directions: each row, read as a matrix [R, C], is stored as [C, R].</summary>
internal static unsafe class TransposedRows
{
    private const int ChunksPerThread = 4;

    /// <summary>Values that are worth a dispatch.</summary>
    private const long LeastValues = 1 << 14;

    /// <summary>Each row of <paramref name="source"/> is a matrix of so many rows; the destination is as large and lies elsewhere.</summary>
    public static void Run(in Execution execution, View source, int matrixRows, View destination)
    {
        var chunks = Math.Clamp((long)source.Rows * source.Columns / LeastValues, 1, ChunksPerThread * execution.Splitter.Threads);
        var job = new Job
        {
            Source = source,
            MatrixRows = matrixRows,
            MatrixColumns = source.Columns / matrixRows,
            Destination = destination,
            Chunks = (int)Math.Min(chunks, Math.Max(source.Rows, 1)),
        };
        execution.Splitter.Run(job.Chunks, &RunChunk, ref job);
    }

    private static void RunChunk(ref Job job, int chunk)
    {
        var end = (int)((long)job.Source.Rows * (chunk + 1) / job.Chunks);
        for (var t = (int)((long)job.Source.Rows * chunk / job.Chunks); t < end; t++)
        {
            RowsToColumns.Run(job.Source.Row(t), job.MatrixColumns, job.MatrixRows, job.MatrixColumns, job.Destination.Row(t), job.MatrixRows);
        }
    }

    private struct Job
    {
        public View Source;
        public int MatrixRows;
        public int MatrixColumns;
        public View Destination;
        public int Chunks;
    }
}
