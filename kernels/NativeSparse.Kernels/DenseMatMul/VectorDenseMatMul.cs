namespace NativeSparse.Kernels;

/// <summary>Dense products in panels and register tiles.</summary>
/// <param name="int8">The version of the int8 products.</param>
/// <param name="int4">The version of the int4 products.</param>
internal sealed unsafe class VectorDenseMatMul<TWidth, TVector>(Int8Products int8, Int4Products int4) : IDenseMatMul
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public string Version => TWidth.Name;

    public PackedMatrix Pack(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision)
    {
        DenseArguments.CheckPack(weights.Length, inputWidth, outputWidth);
        return precision switch
        {
            Precision.Float32 or Precision.BFloat16 =>
                new PanelMatrix(weights, new PanelShape(inputWidth, outputWidth, PanelProduct<TWidth, TVector>.Panel), Version, precision),
            Precision.Int8 => Pack(QuantizedWeights.Round(weights, inputWidth, outputWidth)),
            Precision.Int4 => Pack(QuantizedInt4Weights.Round(weights, inputWidth, outputWidth)),
            _ => throw DenseArguments.UnknownPrecision(Version, precision),
        };
    }

    public PackedMatrix Pack(QuantizedWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return int8.Pack(weights);
    }

    public PackedMatrix Pack(QuantizedInt4Weights weights, bool hasGroupScales = false)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return int4.Pack(weights, hasGroupScales);
    }

    public void Run(in Execution execution, View x, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        DenseArguments.CheckRun(x, weights, epilogue, y);
        RequireOwn(weights, nameof(weights));
        execution.Cancellation.ThrowIfCancellationRequested();
        if (x.Rows == 0)
        {
            return;
        }

        switch (weights)
        {
            case Int8Matrix integers:
                int8.Run(execution, x, integers, epilogue, y);
                break;
            case Int4Matrix integers:
                int4.Run(execution, x, integers, epilogue, y);
                break;
            default:
                Run(execution, x, (PanelMatrix)weights, epilogue, y);
                break;
        }

        GC.KeepAlive(weights);
    }

    public void RunMany(
        in Execution execution, View x, ReadOnlySpan<PackedMatrix> weights, ReadOnlySpan<Epilogue> epilogues, ReadOnlySpan<View> outputs)
    {
        DenseArguments.CheckRunMany(x, weights, epilogues, outputs);
        var (areInt8, areInt4) = (true, true);
        foreach (var matrix in weights)
        {
            RequireOwn(matrix, nameof(weights));
            areInt8 &= matrix is Int8Matrix;
            areInt4 &= matrix is Int4Matrix integers && weights[0] is Int4Matrix first && integers.HasGroupScales == first.HasGroupScales;
        }

        execution.Cancellation.ThrowIfCancellationRequested();
        if (x.Rows == 0 || weights.IsEmpty)
        {
            return;
        }

        if (areInt8)
        {
            int8.RunMany(execution, x, weights, epilogues, outputs);
        }
        else if (areInt4)
        {
            int4.RunMany(execution, x, weights, epilogues, outputs);
        }
        else
        {
            for (var i = 0; i < weights.Length; i++)
            {
                Run(execution, x, weights[i], epilogues[i], outputs[i]);
            }
        }
    }

    public void RunFeedForward(in Execution execution, View x, in FeedForwardMatrices network, View y)
    {
        DenseArguments.CheckRun(x, network, y);
        RequireOwn(network.Up, "up");
        RequireOwn(network.Gate ?? network.Up, "gate");
        RequireOwn(network.Down, "down");
        execution.Cancellation.ThrowIfCancellationRequested();
        if (x.Rows == 0)
        {
            return;
        }

        if (network is { Up: Int8Matrix, Down: Int8Matrix, Gate: null or Int8Matrix })
        {
            int8.RunFeedForward(execution, x, network, y);
        }
        else if (network is { Up: Int4Matrix, Down: Int4Matrix, Gate: null or Int4Matrix })
        {
            int4.RunFeedForward(execution, x, network, y);
        }
        else
        {
            SeparateProducts.Run(this, execution, x, network, y);
        }
    }

    private static void Run(in Execution execution, View x, PanelMatrix matrix, in Epilogue epilogue, View y)
    {
        var shape = matrix.Shape;
        using var scope = execution.Scratch.Enter();

        // Sums must not grow where the multiplier is still to be read.
        var sums = epilogue.Multiplier.Address == y.Address ? execution.Scratch.Rent(y.Rows, y.Columns) : y;
        var grid = new ChunkGrid(
            x.Rows, PanelProduct<TWidth, TVector>.MaxRows, TWidth.TileRows, shape.Panels,
            (long)shape.InputWidth * shape.Panel, execution.Splitter.Threads);
        var job = new Job
        {
            X = x,
            Matrix = matrix,
            Epilogue = epilogue,
            Sums = sums,
            Y = y,
            Grid = grid,
            Cancellation = execution.Cancellation,
        };
        execution.Splitter.Run(grid.Count, &RunChunk, ref job);
    }

    /// <summary>Whether this version packed a matrix.</summary>
    internal bool IsOwn(PackedMatrix weights) => weights switch
    {
        PanelMatrix matrix => matrix.Shape.Panel == PanelProduct<TWidth, TVector>.Panel,
        Int8Matrix matrix => matrix.Tile.Name == int8.Tile.Name,
        Int4Matrix matrix => matrix.Tile.Name == int4.Tile.Name,
        _ => false,
    };

    private void RequireOwn(PackedMatrix weights, string operand)
    {
        if (!IsOwn(weights))
        {
            throw DenseArguments.Foreign(Version, operand);
        }
    }

    private static void RunChunk(ref Job job, int index)
    {
        job.Cancellation.ThrowIfCancellationRequested();
        var (firstRow, rows) = job.Grid.Rows(index);
        var (firstPanel, endPanel) = job.Grid.Panels(index);
        PanelBlock<TWidth, TVector>.Run(job.X, firstRow, rows, job.Matrix, firstPanel, endPanel, job.Epilogue, job.Sums, job.Y);
    }

    private struct Job
    {
        public View X;
        public PanelMatrix Matrix;
        public Epilogue Epilogue;
        public View Sums;
        public View Y;
        public ChunkGrid Grid;
        public CancellationToken Cancellation;
    }
}
