namespace NativeSparse.Kernels;

/// <summary>
/// The specification in plain loops. float32: each sum runs over k in ascending order with fused multiply-adds. int8: integer sums, then the
/// steps that the contract states.
/// </summary>
internal sealed unsafe class ReferenceDenseMatMul : IDenseMatMul
{
    public string Version => ReferenceBackend.VersionName;

    public PackedMatrix Pack(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision)
    {
        DenseArguments.CheckPack(weights.Length, inputWidth, outputWidth);
        return precision switch
        {
            Precision.Float32 => new ReferenceMatrix(weights, inputWidth, outputWidth),
            Precision.BFloat16 => new ReferenceMatrix(BFloat16Rounding.RoundAll(weights), inputWidth, outputWidth, Precision.BFloat16),
            Precision.Int8 => Pack(QuantizedWeights.Round(weights, inputWidth, outputWidth)),
            Precision.Int4 => Pack(QuantizedInt4Weights.Round(weights, inputWidth, outputWidth)),
            _ => throw DenseArguments.UnknownPrecision(Version, precision),
        };
    }

    public PackedMatrix Pack(QuantizedWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new ReferenceInt8Matrix(weights);
    }

    public PackedMatrix Pack(QuantizedInt4Weights weights, bool hasGroupScales = false)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new ReferenceInt4Matrix(weights, hasGroupScales);
    }

    public void Run(in Execution execution, View x, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        DenseArguments.CheckRun(x, weights, epilogue, y);
        RequireOwn(weights);
        using var scope = execution.Scratch.Enter();
        var width = weights.OutputWidth;
        var sums = new Span<float>(execution.Scratch.Rent(1, width).Row(0), width);
        var rounded = new Span<int>(execution.Scratch.RentInt32(1, x.Columns).RowInt32(0), x.Columns);
        for (var t = 0; t < x.Rows; t++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            var row = new ReadOnlySpan<float>(x.Row(t), x.Columns);
            var bias = epilogue.Bias.IsEmpty ? default : new ReadOnlySpan<float>(epilogue.Bias.Row(0), width);
            if (weights is ReferenceInt8Matrix integers)
            {
                MultiplyInt8(row, integers.UnpackInt8().Values.Span, integers.UnpackInt8().Scales.Span, bias, rounded, sums);
            }
            else if (weights is ReferenceInt4Matrix small)
            {
                ReferenceInt4Product.Run(row, small.UnpackInt4(), small.HasGroupScales, bias, sums);
            }
            else
            {
                Multiply(row, ((ReferenceMatrix)weights).Values, sums);
                for (var n = 0; n < bias.Length; n++)
                {
                    sums[n] += bias[n];
                }
            }

            for (var n = 0; n < width; n++)
            {
                var activated = ReferenceActivation.Apply(epilogue.Activation, sums[n]);
                y.Row(t)[n] = epilogue.Multiplier.IsEmpty ? activated : activated * epilogue.Multiplier.Row(t)[n];
            }
        }
    }

    public void RunFeedForward(in Execution execution, View x, in FeedForwardMatrices network, View y)
    {
        DenseArguments.CheckRun(x, network, y);
        RequireOwn(network.Up);
        RequireOwn(network.Gate ?? network.Up);
        RequireOwn(network.Down);
        SeparateProducts.Run(this, execution, x, network, y);
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

    /// <summary>The same for a row that is rounded first; <paramref name="rounded"/> is overwritten.</summary>
    internal static void MultiplyInt8(
        ReadOnlySpan<float> row,
        ReadOnlySpan<sbyte> values,
        ReadOnlySpan<float> scales,
        ReadOnlySpan<float> bias,
        Span<int> rounded,
        Span<float> sums)
    {
        var (low, high) = (0f, 0f);
        foreach (var value in row)
        {
            if (!float.IsFinite(value))
            {
                sums.Fill(float.NaN);
                return;
            }

            low = MathF.Min(low, value);
            high = MathF.Max(high, value);
        }

        var result = QuantizedRow.Of(low, high, out var inverse);
        for (var k = 0; k < row.Length; k++)
        {
            rounded[k] = result.Round(row[k], inverse) - result.Zero;
        }

        for (var n = 0; n < sums.Length; n++)
        {
            var sum = 0;
            for (var k = 0; k < row.Length; k++)
            {
                sum += rounded[k] * values[(k * sums.Length) + n];
            }

            sums[n] = MathF.FusedMultiplyAdd(sum * scales[n], result.Scale, bias.IsEmpty ? 0 : bias[n]);
        }
    }

    private void RequireOwn(PackedMatrix weights)
    {
        if (weights is not (ReferenceMatrix or ReferenceInt8Matrix or ReferenceInt4Matrix))
        {
            throw DenseArguments.Foreign(Version, nameof(weights));
        }
    }
}
