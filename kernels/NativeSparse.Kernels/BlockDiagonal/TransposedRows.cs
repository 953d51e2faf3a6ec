using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>The permutation of BlockShuffle in both directions: each row, read as a matrix [R, C], is stored as [C, R].</summary>
internal static unsafe class TransposedRows
{
    private const int ChunksPerThread = 4;

    /// <summary>Values that are worth a dispatch.</summary>
    private const long LeastValues = 1 << 14;

    private const int Tile = 4;

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
            Transpose(job.Source.Row(t), job.MatrixRows, job.MatrixColumns, job.Destination.Row(t));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(float* source, int rows, int columns, float* destination)
    {
        var (wholeRows, wholeColumns) = (rows / Tile * Tile, columns / Tile * Tile);
        for (var r = 0; r < wholeRows; r += Tile)
        {
            for (var c = 0; c < wholeColumns; c += Tile)
            {
                TransposeTile(source + ((nint)r * columns) + c, columns, destination + ((nint)c * rows) + r, rows);
            }
        }

        CopyRest(source, columns, destination, rows, 0, wholeRows, wholeColumns, columns);
        CopyRest(source, columns, destination, rows, wholeRows, rows, 0, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeTile(float* source, nint stride, float* destination, nint step)
    {
        var (a, b) = (Vector128.Load(source), Vector128.Load(source + stride));
        var (c, d) = (Vector128.Load(source + (2 * stride)), Vector128.Load(source + (3 * stride)));
        var (ac0, ac1) = (Low(a, c), High(a, c));
        var (bd0, bd1) = (Low(b, d), High(b, d));
        Low(ac0, bd0).Store(destination);
        High(ac0, bd0).Store(destination + step);
        Low(ac1, bd1).Store(destination + (2 * step));
        High(ac1, bd1).Store(destination + (3 * step));
    }

    private static void CopyRest(
        float* source, int columns, float* destination, int rows, int firstRow, int endRow, int firstColumn, int endColumn)
    {
        for (var c = firstColumn; c < endColumn; c++)
        {
            for (var r = firstRow; r < endRow; r++)
            {
                destination[((nint)c * rows) + r] = source[((nint)r * columns) + c];
            }
        }
    }

    /// <summary>The lower halves, value by value side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> even, Vector128<float> odd)
    {
        if (Sse.IsSupported)
        {
            return Sse.UnpackLow(even, odd);
        }

        return AdvSimd.Arm64.IsSupported
            ? AdvSimd.Arm64.ZipLow(even, odd)
            : Vector128.Create(even[0], odd[0], even[1], odd[1]);
    }

    /// <summary>The upper halves, value by value side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> even, Vector128<float> odd)
    {
        if (Sse.IsSupported)
        {
            return Sse.UnpackHigh(even, odd);
        }

        return AdvSimd.Arm64.IsSupported
            ? AdvSimd.Arm64.ZipHigh(even, odd)
            : Vector128.Create(even[2], odd[2], even[3], odd[3]);
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
