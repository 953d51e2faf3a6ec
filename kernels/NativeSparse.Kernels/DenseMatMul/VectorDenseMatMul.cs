using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>Dense products in panels and register tiles.</summary>
internal sealed unsafe class VectorDenseMatMul<TWidth, TVector> : IDenseMatMul
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public string Version => TWidth.Name;

    public PackedMatrix Pack(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision)
    {
        DenseArguments.CheckPack(weights.Length, inputWidth, outputWidth);
        return precision == Precision.Float32
            ? new PanelMatrix(weights, new PanelShape(inputWidth, outputWidth, PanelProduct<TWidth, TVector>.Panel))
            : throw DenseArguments.UnknownPrecision(Version, precision);
    }

    public void Run(in Execution execution, View x, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        var matrix = DenseArguments.CheckRun<PanelMatrix>(Version, x, weights, epilogue, y);
        if (matrix.Shape.Panel != PanelProduct<TWidth, TVector>.Panel)
        {
            throw new ArgumentException($"weights were packed by another backend than {Version}; pack them with this one", nameof(weights));
        }

        execution.Cancellation.ThrowIfCancellationRequested();
        if (x.Rows == 0)
        {
            return;
        }

        using var scope = execution.Scratch.Enter();

        // Sums must not grow where the multiplier is still to be read.
        var sums = epilogue.Multiplier.Address == y.Address ? execution.Scratch.Rent(y.Rows, y.Columns) : y;
        var grid = new ChunkGrid(
            x.Rows, PanelProduct<TWidth, TVector>.MaxRows, TWidth.TileRows, matrix.Shape.Panels,
            (long)matrix.Shape.InputWidth * matrix.Shape.Panel, execution.Splitter.Threads);
        var job = new Job
        {
            X = x,
            Weights = matrix.Weights,
            Shape = matrix.Shape,
            Epilogue = epilogue,
            Sums = sums,
            Y = y,
            Grid = grid,
            Cancellation = execution.Cancellation,
        };
        execution.Splitter.Run(grid.Count, &RunChunk, ref job);
        GC.KeepAlive(matrix);
    }

    [SkipLocalsInit]
    private static void RunChunk(ref Job job, int index)
    {
        job.Cancellation.ThrowIfCancellationRequested();
        var (firstRow, rows) = job.Grid.Rows(index);
        var (firstPanel, endPanel) = job.Grid.Panels(index);
        var x = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var sums = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var y = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var multiplier = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        for (var r = 0; r < rows; r++)
        {
            x[r] = job.X.Row(firstRow + r);
            y[r] = job.Y.Row(firstRow + r);
            sums[r] = job.Sums.Row(firstRow + r);
            multiplier[r] = job.Epilogue.Multiplier.Row(firstRow + r);
        }

        var finish = new Finish
        {
            Activation = job.Epilogue.Activation,
            Bias = (float*)job.Epilogue.Bias.Address,
            Multiplier = job.Epilogue.Multiplier.IsEmpty ? null : multiplier,
        };
        var isInPlace = job.Sums.Address == job.Y.Address;
        PanelProduct<TWidth, TVector>.Run(
            x, rows, job.Weights, job.Shape, firstPanel, endPanel, isInPlace ? y : sums, add: false, finish, y);
    }

    private struct Job
    {
        public View X;
        public float* Weights;
        public PanelShape Shape;
        public Epilogue Epilogue;
        public View Sums;
        public View Y;
        public ChunkGrid Grid;
        public CancellationToken Cancellation;
    }
}
