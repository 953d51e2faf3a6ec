namespace NativeSparse.Kernels;

/// <summary>
/// Sparse products in register tiles over neighbouring tokens or pixels. Rows of tokens are transposed group by group, so that one entry of the
/// weights multiplies whole registers; a strip of outputs of a group is finished in the first-level cache and transposed back as it is stored.
/// </summary>
/// <param name="int8">Multiplies int8 blocks.</param>
internal sealed unsafe class VectorSparseMatMul<TWidth, TVector>(Int8Products int8) : ISparseMatMul
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Tokens of one pass: bounds the scratch memory.</summary>
    private const int PassTokens = 512;

    private const int ChunksPerThread = 4;

    /// <summary>Least multiply-adds of a chunk that is worth a dispatch.</summary>
    private const long LeastWork = 1 << 17;

    public string Version => TWidth.Name;

    public PackedSparse Pack(SparseWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return SparsePass<TWidth, TVector>.Pack(weights, Version);
    }

    public PackedSparse Pack(QuantizedSparseWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new VectorQuantizedSparse(weights, int8.Tile);
    }

    public PackedSparse Pack(TwoOfFourWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new VectorTwoOfFour(weights, PanelProduct<TWidth, TVector>.Panel, Version);
    }

    public void Run(in Execution execution, View x, PackedSparse weights, in Epilogue epilogue, View y)
    {
        SparseArguments.CheckRun(x, weights, epilogue, y);
        if (weights is VectorQuantizedSparse integers && integers.Version == int8.Tile.Name)
        {
            Run(execution, x, integers.Matrix, epilogue, y);
            return;
        }

        if (weights is VectorTwoOfFour halves && halves.Version == Version)
        {
            TwoOfFourProduct<TWidth, TVector>.Run(execution, x, halves, epilogue, y);
            return;
        }

        var own = Own(weights);

        // One thread takes group by group: what it transposed is still in the second-level cache when the weights come.
        var passTokens = execution.Splitter.Threads == 1 ? SparsePass<TWidth, TVector>.GroupWidthOf(own.BlockHeight) : PassTokens;
        for (var first = 0; first < y.Rows; first += passTokens)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            using var scope = execution.Scratch.Enter();
            var count = Math.Min(passTokens, y.Rows - first);
            var pass = Create(execution, own, epilogue, count, isChannels: false);
            pass.X = x.Slice(first, count);
            pass.Y = y.Slice(first, count);
            pass.Multiplier = epilogue.Multiplier.IsEmpty ? default : epilogue.Multiplier.Slice(first, count);
            pass.Packed = execution.Scratch.Rent(pass.Groups * own.InputWidth, pass.GroupWidth);
            execution.Splitter.Run(pass.Groups, &SparsePass<TWidth, TVector>.Gather, ref pass);
            execution.Splitter.Run(pass.Chunks, &SparsePass<TWidth, TVector>.Run, ref pass);
        }

        GC.KeepAlive(own);
    }

    public void RunChannels(in Execution execution, View x, PackedSparse weights, in Epilogue epilogue, View y)
    {
        SparseArguments.CheckChannels(x, weights, epilogue, y);
        if (weights is VectorQuantizedSparse integers && integers.Version == int8.Tile.Name)
        {
            QuantizedChannels.Run(this, execution, x, weights, epilogue, y);
            return;
        }

        if (weights is VectorTwoOfFour halves && halves.Version == Version)
        {
            TwoOfFourProduct<TWidth, TVector>.RunChannels(execution, x, halves, epilogue, y);
            return;
        }

        var own = Own(weights);
        if (y.Columns > 0)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            using var scope = execution.Scratch.Enter();
            var pass = Create(execution, own, epilogue, y.Columns, isChannels: true);
            pass.X = x;
            pass.Y = y;
            if (y.Columns % pass.GroupWidth > 0)
            {
                pass.Packed = execution.Scratch.Rent(own.InputWidth, pass.GroupWidth);
                SparsePass<TWidth, TVector>.GatherLastPixels(pass);
            }

            execution.Splitter.Run(pass.Chunks, &SparsePass<TWidth, TVector>.Run, ref pass);
        }

        GC.KeepAlive(own);
    }

    private void Run(in Execution execution, View x, SparseInt8Matrix matrix, in Epilogue epilogue, View y)
    {
        execution.Cancellation.ThrowIfCancellationRequested();
        if (y.Rows > 0)
        {
            int8.Run(execution, x, matrix, epilogue, y);
        }

        GC.KeepAlive(matrix);
    }

    private static SparsePass<TWidth, TVector> Create(in Execution execution, VectorSparse weights, in Epilogue epilogue, int count, bool isChannels)
    {
        // Pairs and blocks at the end may reach beyond N: they add zeros.
        var bias = execution.Scratch.Rent(1, weights.Strips * weights.StripOutputs);
        new Span<float>(bias.Row(0), bias.Columns).Clear();
        if (!epilogue.Bias.IsEmpty)
        {
            new ReadOnlySpan<float>(epilogue.Bias.Row(0), epilogue.Bias.Columns).CopyTo(new Span<float>(bias.Row(0), bias.Columns));
        }

        var width = SparsePass<TWidth, TVector>.GroupWidthOf(weights.BlockHeight);
        var groups = (count + width - 1) / width;
        var work = (long)(weights.Density * weights.InputWidth * weights.OutputWidth * count);
        var threads = execution.Splitter.Threads;
        var share = Math.Max(1, threads == 1 ? groups : groups / (ChunksPerThread * threads));
        var batch = isChannels ? Math.Min(share, SparsePass<TWidth, TVector>.PixelGroups(weights)) : 1;
        var items = (groups + batch - 1) / batch * weights.Strips;
        return new SparsePass<TWidth, TVector>
        {
            Weights = weights,
            Bias = bias,
            Activation = epilogue.Activation,
            Count = count,
            GroupWidth = width,
            Groups = groups,
            BatchGroups = batch,
            IsChannels = isChannels,
            Chunks = threads == 1 ? 1 : (int)Math.Clamp(work / LeastWork, 1, Math.Min(ChunksPerThread * threads, items)),
            Cancellation = execution.Cancellation,
        };
    }

    private VectorSparse Own(PackedSparse weights) =>
        weights is VectorSparse own && own.Version == Version ? own : throw DenseArguments.Foreign(Version, nameof(weights));
}
