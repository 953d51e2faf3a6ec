namespace NativeSparse.Kernels;

/// <summary>
/// Products with sparse activations over row-major weights: the active neurons of each token are listed (and rounded at int8), then their rows are
/// added, eight at a time, to sums that stay in the first-level cache.
/// </summary>
internal sealed unsafe class VectorRowSparse<TWidth, TVector> : IRowSparseMatMul
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Tokens of one pass: bounds the scratch memory.</summary>
    private const int PassTokens = 64;

    /// <summary>Tokens of a chunk: their sums stay in the second-level cache beside the weights.</summary>
    private const int GroupTokens = 16;

    /// <summary>Bytes of the weights of a block of rows.</summary>
    private const int BlockBytes = 256 << 10;

    /// <summary>Most columns of a strip: the sums of a token stay in the first-level cache.</summary>
    private const int StripColumns = 2048;

    /// <summary>From so many tokens on, rows are not asked for ahead.</summary>
    private const int NearTokens = 8;

    private const int ChunksPerThread = 4;

    /// <summary>One token's rows come from memory: the longer the pieces, the faster.</summary>
    private const int ChunksPerThreadOfOneToken = 1;

    /// <summary>Least multiply-adds of a chunk that is worth a dispatch.</summary>
    private const long LeastWork = 1 << 16;

    private readonly Int8RowTile _int8 = Int8RowTile.OfLanes(TWidth.Lanes);

    public string Version => TWidth.Name;

    public PackedMatrix Pack(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision)
    {
        DenseArguments.CheckPack(weights.Length, inputWidth, outputWidth);
        return precision switch
        {
            Precision.Float32 => new RowMatrix(weights, inputWidth, outputWidth, Version),
            Precision.Int8 => Pack(QuantizedWeights.Round(weights, inputWidth, outputWidth)),
            _ => throw RowSparseArguments.UnknownPrecision(Version, precision),
        };
    }

    public PackedMatrix Pack(QuantizedWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new Int8RowMatrix(weights, TWidth.Lanes, Version);
    }

    public void Run(in Execution execution, View hidden, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        RowSparseArguments.CheckRun(hidden, weights, epilogue, y);
        RequireOwn(weights);
        for (var first = 0; first < y.Rows; first += PassTokens)
        {
            using var scope = execution.Scratch.Enter();
            var count = Math.Min(PassTokens, y.Rows - first);
            var pass = new RowSparsePass<TWidth, TVector>
            {
                Hidden = hidden.Slice(first, count),
                Active = new ActiveNeurons
                {
                    Counts = execution.Scratch.RentInt32(1, count),
                    Indices = execution.Scratch.RentSpreadInt32(count, hidden.Columns),
                    Values = execution.Scratch.RentSpread(count, hidden.Columns),
                },
            };
            Run(execution, pass, first, count, weights, epilogue, y);
        }

        GC.KeepAlive(weights);
    }

    public void Run(in Execution execution, in ActiveNeurons active, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        RowSparseArguments.CheckRun(active, weights, epilogue, y);
        RequireOwn(weights);
        for (var first = 0; first < y.Rows; first += PassTokens)
        {
            using var scope = execution.Scratch.Enter();
            var count = Math.Min(PassTokens, y.Rows - first);
            Run(execution, new RowSparsePass<TWidth, TVector> { Active = active.Slice(first, count) }, first, count, weights, epilogue, y);
        }

        GC.KeepAlive(weights);
    }

    private void Run(
        in Execution execution, RowSparsePass<TWidth, TVector> pass, int first, int count, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        execution.Cancellation.ThrowIfCancellationRequested();
        pass.Weights = weights;
        pass.Int8 = _int8;
        pass.Y = y.Slice(first, count);
        pass.Multiplier = epilogue.Multiplier.IsEmpty ? default : epilogue.Multiplier.Slice(first, count);
        pass.Activation = epilogue.Activation;
        pass.Cancellation = execution.Cancellation;
        var isInt8 = weights is Int8RowMatrix;
        var columns = isInt8 ? ((Int8RowMatrix)weights).PaddedColumns : ((RowMatrix)weights).PaddedColumns;
        if (isInt8)
        {
            pass.Words = execution.Scratch.RentSpreadInt32(count, (pass.Active.Indices.Columns + 1) / 2);
            pass.Scales = execution.Scratch.Rent(1, count);
            pass.Starts = execution.Scratch.RentInt32(1, count);
        }

        if (isInt8 || !epilogue.Bias.IsEmpty)
        {
            pass.Bias = PadBias(execution.Scratch, epilogue.Bias, columns);
        }

        pass.Sums = execution.Scratch.RentSpread(count, columns);
        execution.Splitter.Run(count, &RowSparsePass<TWidth, TVector>.Prepare, ref pass);
        var chunks = Cut(ref pass, execution.Splitter.Threads, columns, isInt8);
        execution.Splitter.Run(chunks, &RowSparsePass<TWidth, TVector>.Run, ref pass);
    }

    /// <summary>Chooses strips of columns and groups of tokens; returns the number of chunks.</summary>
    private static int Cut(ref RowSparsePass<TWidth, TVector> pass, int threads, int columns, bool isInt8)
    {
        var tokens = pass.Y.Rows;
        var granularity = isInt8 ? Int8RowMatrix.ColumnGranularity : RowMatrix.ColumnGranularity;
        var wanted = 1L;
        if (threads > 1)
        {
            var work = 0L;
            for (var t = 0; t < tokens; t++)
            {
                work += (long)pass.Active.Counts.RowInt32(0)[t] * columns;
            }

            wanted = Math.Clamp(work / LeastWork, 1, threads * (tokens == 1 ? ChunksPerThreadOfOneToken : ChunksPerThread));
        }

        var strips = Math.Max((columns + StripColumns - 1) / StripColumns, (int)Math.Min(wanted, columns / granularity));
        pass.StripColumns = (((columns + strips - 1) / strips) + granularity - 1) / granularity * granularity;
        strips = (columns + pass.StripColumns - 1) / pass.StripColumns;
        pass.TokenGroups = (int)Math.Clamp(Math.Max((wanted + strips - 1) / strips, (tokens + GroupTokens - 1) / GroupTokens), 1, tokens);
        pass.IsNear = tokens >= NearTokens;
        pass.BlockRows = tokens == 1 ? pass.Weights.InputWidth : Math.Max(BlockBytes / (pass.StripColumns * (isInt8 ? sizeof(sbyte) : sizeof(float))), 1);
        return strips * pass.TokenGroups;
    }

    private static View PadBias(Scratch scratch, View bias, int columns)
    {
        var padded = scratch.Rent(1, columns);
        var values = new Span<float>(padded.Row(0), columns);
        values.Clear();
        if (!bias.IsEmpty)
        {
            new ReadOnlySpan<float>(bias.Row(0), bias.Columns).CopyTo(values);
        }

        return padded;
    }

    private void RequireOwn(PackedMatrix weights)
    {
        if (weights is not (RowMatrix or Int8RowMatrix) || weights.Version != Version)
        {
            throw DenseArguments.Foreign(Version, nameof(weights));
        }
    }
}
