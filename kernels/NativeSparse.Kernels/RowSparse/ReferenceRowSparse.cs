namespace NativeSparse.Kernels;

/// <summary>The specification: token by token, active neuron by active neuron, in plain loops.</summary>
internal sealed unsafe class ReferenceRowSparse : IRowSparseMatMul
{
    public string Version => ReferenceBackend.VersionName;

    public PackedMatrix Pack(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision)
    {
        DenseArguments.CheckPack(weights.Length, inputWidth, outputWidth);
        return precision switch
        {
            Precision.Float32 => new ReferenceMatrix(weights, inputWidth, outputWidth),
            Precision.Int8 => Pack(QuantizedWeights.Round(weights, inputWidth, outputWidth)),
            _ => throw RowSparseArguments.UnknownPrecision(Version, precision),
        };
    }

    public PackedMatrix Pack(QuantizedWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new ReferenceInt8Matrix(weights);
    }

    public void Run(in Execution execution, View hidden, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        RowSparseArguments.CheckRun(hidden, weights, epilogue, y);
        RequireOwn(weights);
        using var scope = execution.Scratch.Enter();
        var active = ActiveNeurons.Rent(execution.Scratch, 1, hidden.Columns);
        var indices = active.Indices.RowInt32(0);
        var values = active.Values.Row(0);
        for (var t = 0; t < y.Rows; t++)
        {
            var count = 0;
            for (var j = 0; j < hidden.Columns; j++)
            {
                if (hidden.Row(t)[j] != 0)
                {
                    indices[count] = j;
                    values[count++] = hidden.Row(t)[j];
                }
            }

            RunToken(execution, indices, values, count, weights, epilogue, y, t);
        }
    }

    public void Run(in Execution execution, in ActiveNeurons active, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        RowSparseArguments.CheckRun(active, weights, epilogue, y);
        RequireOwn(weights);
        for (var t = 0; t < y.Rows; t++)
        {
            RunToken(execution, active.Indices.RowInt32(t), active.Values.Row(t), active.Counts.RowInt32(0)[t], weights, epilogue, y, t);
        }
    }

    private static void RunToken(
        in Execution execution, int* indices, float* values, int count, PackedMatrix weights, in Epilogue epilogue, View y, int t)
    {
        execution.Cancellation.ThrowIfCancellationRequested();
        using var scope = execution.Scratch.Enter();
        var rounded = execution.Scratch.RentInt32(1, count).RowInt32(0);
        var integers = (weights as ReferenceInt8Matrix)?.UnpackInt8();
        var scale = integers is null ? default : Round(values, count, rounded);
        for (var o = 0; o < y.Columns; o++)
        {
            var bias = epilogue.Bias.IsEmpty ? 0 : epilogue.Bias.Row(0)[o];
            var sum = integers is null
                ? Sum(indices, values, count, ((ReferenceMatrix)weights).Values, y.Columns, o) + bias
                : MathF.FusedMultiplyAdd(Sum(indices, rounded, count, integers.Values.Span, y.Columns, o) * integers.Scales.Span[o], scale, bias);
            var activated = ReferenceActivation.Apply(epilogue.Activation, sum);
            y.Row(t)[o] = epilogue.Multiplier.IsEmpty ? activated : activated * epilogue.Multiplier.Row(t)[o];
        }
    }

    private static float Sum(int* indices, float* values, int count, ReadOnlySpan<float> weights, int outputs, int output)
    {
        var sum = 0f;
        for (var i = 0; i < count; i++)
        {
            sum = MathF.FusedMultiplyAdd(values[i], weights[(indices[i] * outputs) + output], sum);
        }

        return sum;
    }

    private static int Sum(int* indices, int* rounded, int count, ReadOnlySpan<sbyte> weights, int outputs, int output)
    {
        var sum = 0;
        for (var i = 0; i < count; i++)
        {
            sum += rounded[i] * weights[(indices[i] * outputs) + output];
        }

        return sum;
    }

    /// <summary>rounded = q - z; returns the scale, NaN where a value is not finite.</summary>
    private static float Round(float* values, int count, int* rounded)
    {
        var (low, high, isFinite) = (0f, 0f, true);
        for (var i = 0; i < count; i++)
        {
            isFinite &= float.IsFinite(values[i]);
            (low, high) = (MathF.Min(low, values[i]), MathF.Max(high, values[i]));
        }

        if (!isFinite)
        {
            new Span<int>(rounded, count).Clear();
            return float.NaN;
        }

        var row = QuantizedRow.Of(low, high, out var inverse);
        for (var i = 0; i < count; i++)
        {
            rounded[i] = row.Round(values[i], inverse) - row.Zero;
        }

        return row.Scale;
    }

    private void RequireOwn(PackedMatrix weights)
    {
        if (weights is not (ReferenceMatrix { Precision: Precision.Float32 } or ReferenceInt8Matrix))
        {
            throw DenseArguments.Foreign(Version, nameof(weights));
        }
    }
}
