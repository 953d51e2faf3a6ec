namespace NativeSparse.Kernels;

/// <summary>The specification in plain loops: each sum runs over k in ascending order with fused multiply-adds.</summary>
internal sealed unsafe class ReferenceDenseMatMul : IDenseMatMul
{
    public string Version => ReferenceBackend.VersionName;

    public PackedMatrix Pack(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision)
    {
        DenseArguments.CheckPack(weights.Length, inputWidth, outputWidth);
        return precision == Precision.Float32
            ? new ReferenceMatrix(weights, inputWidth, outputWidth)
            : throw DenseArguments.UnknownPrecision(Version, precision);
    }

    public void Run(in Execution execution, View x, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        var values = DenseArguments.CheckRun<ReferenceMatrix>(Version, x, weights, epilogue, y).Values;
        using var scope = execution.Scratch.Enter();
        var width = weights.OutputWidth;
        var sums = new Span<float>(execution.Scratch.Rent(1, width).Row(0), width);
        for (var t = 0; t < x.Rows; t++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            Multiply(new ReadOnlySpan<float>(x.Row(t), x.Columns), values, sums);
            for (var n = 0; n < width; n++)
            {
                var sum = epilogue.Bias.IsEmpty ? sums[n] : sums[n] + epilogue.Bias.Row(0)[n];
                var activated = ReferenceActivation.Apply(epilogue.Activation, sum);
                y.Row(t)[n] = epilogue.Multiplier.IsEmpty ? activated : activated * epilogue.Multiplier.Row(t)[n];
            }
        }
    }

    /// <summary>sums[n] = sum over k of row[k] weights[k, n].</summary>
    internal static void Multiply(ReadOnlySpan<float> row, ReadOnlySpan<float> weights, Span<float> sums)
    {
        sums.Clear();
        for (var k = 0; k < row.Length; k++)
        {
            var line = weights.Slice(k * sums.Length, sums.Length);
            for (var n = 0; n < sums.Length; n++)
            {
                sums[n] = MathF.FusedMultiplyAdd(row[k], line[n], sums[n]);
            }
        }
    }
}
