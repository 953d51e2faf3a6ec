namespace NativeSparse.Kernels;

/// <summary>Ranges of a shared network's neurons: the checks, and the same experts as copies.</summary>
internal static unsafe class ExpertSlices
{
    public static void Check(in FeedForwardMatrices network, ReadOnlySpan<ExpertSlice> slices)
    {
        DenseArguments.CheckNetwork(network);
        if (!network.DownBias.IsEmpty)
        {
            throw new ShapeMismatchException("downBias", "none: it belongs to the whole network, not to one expert", $"{network.DownBias.Columns} values");
        }

        if (slices.IsEmpty)
        {
            throw new ShapeMismatchException("slices", "at least one expert", "none");
        }

        var precision = network.Up.Precision;
        if (precision == Precision.Int4 || network.Down.Precision != precision || (network.Gate ?? network.Up).Precision != precision)
        {
            throw new NotSupportedException(
                $"up is {precision}, gate {network.Gate?.Precision.ToString() ?? "absent"}, down {network.Down.Precision}: ranges of neurons are taken from "
                + "matrices that are all Float32, all BFloat16 or all Int8; pack int4 experts from their weights");
        }

        if (precision == Precision.Int8 && (long)slices.Length * Widest(slices) > QuantizedExpertWeights.MaxHiddenWidth)
        {
            throw new ShapeMismatchException(
                "slices", $"at most {QuantizedExpertWeights.MaxHiddenWidth} neurons in all at int8", $"{slices.Length} x {Widest(slices)}");
        }

        var neurons = network.Up.OutputWidth;
        foreach (var slice in slices)
        {
            if (slice.Start < 0 || slice.Length < 1 || slice.Length > neurons - slice.Start)
            {
                throw new ShapeMismatchException(
                    "slices", $"at least one of {neurons} neurons each", $"{slice.Length} neurons from {slice.Start}");
            }
        }
    }

    public static int Widest(ReadOnlySpan<ExpertSlice> slices)
    {
        var widest = 0;
        foreach (var slice in slices)
        {
            widest = Math.Max(widest, slice.Length);
        }

        return widest;
    }

    public static ExpertWeights Copy(in FeedForwardMatrices network, ReadOnlySpan<ExpertSlice> slices)
    {
        var (d, h, b, o) = (network.Up.InputWidth, network.Up.OutputWidth, Widest(slices), network.Down.OutputWidth);
        var rows = new float[slices.Length * b * o];
        var plain = Plain(network.Down);
        for (var e = 0; e < slices.Length; e++)
        {
            plain.AsSpan(slices[e].Start * o, slices[e].Length * o).CopyTo(rows.AsSpan(e * b * o));
        }

        return new ExpertWeights
        {
            Experts = slices.Length,
            InputWidth = d,
            ExpertWidth = b,
            OutputWidth = o,
            Activation = network.Activation,
            Up = Columns<float>(Plain(network.Up), d, h, slices, b),
            UpBias = network.UpBias.IsEmpty ? default : Columns<float>(Row(network.UpBias), 1, h, slices, b),
            Gate = network.Gate is null ? default : Columns<float>(Plain(network.Gate), d, h, slices, b),
            GateBias = network.GateBias.IsEmpty ? default : Columns<float>(Row(network.GateBias), 1, h, slices, b),
            Down = rows,
            Widths = Widths(slices),
        };
    }

    /// <summary>The same experts as copies of the integers.</summary>
    public static QuantizedExpertWeights CopyInt8(in FeedForwardMatrices network, ReadOnlySpan<ExpertSlice> slices)
    {
        var (d, h, b, o) = (network.Up.InputWidth, network.Up.OutputWidth, Widest(slices), network.Down.OutputWidth);
        var (up, gate, down) = (network.Up.UnpackInt8(), network.Gate?.UnpackInt8(), network.Down.UnpackInt8());
        var rows = new sbyte[slices.Length * b * o];
        for (var e = 0; e < slices.Length; e++)
        {
            down.Values.Span.Slice(slices[e].Start * o, slices[e].Length * o).CopyTo(rows.AsSpan(e * b * o));
        }

        return new QuantizedExpertWeights
        {
            Experts = slices.Length,
            InputWidth = d,
            ExpertWidth = b,
            OutputWidth = o,
            Activation = network.Activation,
            Up = Columns(up.Values.Span, d, h, slices, b),
            UpScales = Columns(up.Scales.Span, 1, h, slices, b),
            UpBias = network.UpBias.IsEmpty ? default : Columns<float>(Row(network.UpBias), 1, h, slices, b),
            Gate = gate is null ? default : Columns(gate.Values.Span, d, h, slices, b),
            GateScales = gate is null ? default : Columns(gate.Scales.Span, 1, h, slices, b),
            GateBias = network.GateBias.IsEmpty ? default : Columns<float>(Row(network.GateBias), 1, h, slices, b),
            Down = rows,
            DownScales = down.Scales,
            Widths = Widths(slices),
        };
    }

    private static float[] Plain(PackedMatrix matrix)
    {
        var values = new float[matrix.InputWidth * matrix.OutputWidth];
        matrix.Unpack(values);
        return values;
    }

    private static float[] Row(View bias) => new ReadOnlySpan<float>(bias.Row(0), bias.Columns).ToArray();

    private static int[] Widths(ReadOnlySpan<ExpertSlice> slices)
    {
        var widths = new int[slices.Length];
        for (var e = 0; e < widths.Length; e++)
        {
            widths[e] = slices[e].Length;
        }

        return widths;
    }

    private static T[] Columns<T>(ReadOnlySpan<T> matrix, int rows, int columns, ReadOnlySpan<ExpertSlice> slices, int width)
    {
        var result = new T[slices.Length * rows * width];
        for (var e = 0; e < slices.Length; e++)
        {
            for (var k = 0; k < rows; k++)
            {
                matrix.Slice((k * columns) + slices[e].Start, slices[e].Length).CopyTo(result.AsSpan(((e * rows) + k) * width));
            }
        }

        return result;
    }
}
