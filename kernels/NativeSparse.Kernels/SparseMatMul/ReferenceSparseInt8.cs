namespace NativeSparse.Kernels;

/// <summary>The specification of int8 blocks: each row is rounded, each output sums its stored integers in plain loops.</summary>
internal static unsafe class ReferenceSparseInt8
{
    public static void Run(in Execution execution, View x, QuantizedSparseWeights weights, in Epilogue epilogue, View y)
    {
        using var scope = execution.Scratch.Enter();
        var rounded = new Span<int>(execution.Scratch.RentInt32(1, x.Columns).RowInt32(0), x.Columns);
        for (var t = 0; t < y.Rows; t++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            var row = Round(new ReadOnlySpan<float>(x.Row(t), x.Columns), rounded);
            for (var n = 0; n < y.Columns; n++)
            {
                var bias = epilogue.Bias.IsEmpty ? 0 : epilogue.Bias.Row(0)[n];
                var sum = MathF.FusedMultiplyAdd(Sum(weights, n, rounded) * weights.Scales.Span[n], row.Scale, bias);
                var value = float.IsNaN(row.Scale) ? float.NaN : sum;
                var activated = ReferenceActivation.Apply(epilogue.Activation, value);
                y.Row(t)[n] = epilogue.Multiplier.IsEmpty ? activated : activated * epilogue.Multiplier.Row(t)[n];
            }
        }
    }

    /// <summary>rounded[k] = q - zero.</summary>
    private static QuantizedRow Round(ReadOnlySpan<float> row, Span<int> rounded)
    {
        var (low, high) = (0f, 0f);
        foreach (var value in row)
        {
            if (!float.IsFinite(value))
            {
                rounded.Clear();
                return QuantizedRow.NotANumber;
            }

            low = MathF.Min(low, value);
            high = MathF.Max(high, value);
        }

        var result = QuantizedRow.Of(low, high, out var inverse);
        for (var k = 0; k < row.Length; k++)
        {
            rounded[k] = result.Round(row[k], inverse) - result.Zero;
        }

        return result;
    }

    private static int Sum(QuantizedSparseWeights weights, int output, ReadOnlySpan<int> rounded)
    {
        var (row, place) = Math.DivRem(output, weights.BlockHeight);
        var starts = weights.Starts.Span;
        var blocks = weights.InputBlocks.Span;
        var sum = 0;
        for (var block = starts[row]; block < starts[row + 1]; block++)
        {
            var first = blocks[block] * QuantizedSparseWeights.BlockInputs;
            for (var k = first; k < Math.Min(first + QuantizedSparseWeights.BlockInputs, rounded.Length); k++)
            {
                sum += rounded[k] * weights.Value(block, place, k - first);
            }
        }

        return sum;
    }
}
