namespace NativeSparse.Kernels;

/// <summary>The specification: output by output, entry by entry, in plain loops.</summary>
internal sealed unsafe class ReferenceSparseMatMul : ISparseMatMul
{
    public string Version => ReferenceBackend.VersionName;

    public PackedSparse Pack(SparseWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new ReferenceSparse(weights);
    }

    public PackedSparse Pack(QuantizedSparseWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new ReferenceQuantizedSparse(weights);
    }

    public void Run(in Execution execution, View x, PackedSparse weights, in Epilogue epilogue, View y)
    {
        SparseArguments.CheckRun(x, weights, epilogue, y);
        if (weights is ReferenceQuantizedSparse integers)
        {
            ReferenceSparseInt8.Run(execution, x, integers.Weights, epilogue, y);
            return;
        }

        var own = Own(weights);
        for (var t = 0; t < y.Rows; t++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            for (var n = 0; n < y.Columns; n++)
            {
                var value = Output(own, n, x.Row(t), 1, epilogue);
                y.Row(t)[n] = epilogue.Multiplier.IsEmpty ? value : value * epilogue.Multiplier.Row(t)[n];
            }
        }
    }

    public void RunChannels(in Execution execution, View x, PackedSparse weights, in Epilogue epilogue, View y)
    {
        SparseArguments.CheckChannels(x, weights, epilogue, y);
        if (weights is ReferenceQuantizedSparse)
        {
            QuantizedChannels.Run(this, execution, x, weights, epilogue, y);
            return;
        }

        var own = Own(weights);
        for (var n = 0; n < y.Rows; n++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            for (var p = 0; p < y.Columns; p++)
            {
                y.Row(n)[p] = Output(own, n, x.Row(0) + p, x.Stride, epilogue);
            }
        }
    }

    private static float Output(SparseWeights weights, int output, float* x, nint stride, in Epilogue epilogue)
    {
        var (row, place) = Math.DivRem(output, weights.BlockHeight);
        var starts = weights.Starts.Span;
        var inputs = weights.Inputs.Span;
        var values = weights.Values.Span;
        var total = 0f;
        for (var block = starts[row]; block < starts[row + 1]; block++)
        {
            total = MathF.FusedMultiplyAdd(values[(block * weights.BlockHeight) + place], x[inputs[block] * stride], total);
        }

        return ReferenceActivation.Apply(epilogue.Activation, total + (epilogue.Bias.IsEmpty ? 0 : epilogue.Bias.Row(0)[output]));
    }

    private SparseWeights Own(PackedSparse weights) =>
        weights is ReferenceSparse own ? own.Weights : throw DenseArguments.Foreign(Version, nameof(weights));
}
