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

    public static NotSupportedException NotFloat32(string operand, PackedMatrix matrix) =>
        new($"{operand} is {matrix.Precision}: ranges of neurons are taken from float32 matrices only; pack int8 experts from their weights");

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

        var widths = new int[slices.Length];
        for (var e = 0; e < widths.Length; e++)
        {
            widths[e] = slices[e].Length;
        }

        return new ExpertWeights
        {
            Experts = slices.Length,
            InputWidth = d,
            ExpertWidth = b,
            OutputWidth = o,
            Activation = network.Activation,
            Up = Columns(Plain(network.Up), d, h, slices, b),
            UpBias = network.UpBias.IsEmpty ? default : Columns(Row(network.UpBias), 1, h, slices, b),
            Gate = network.Gate is null ? default : Columns(Plain(network.Gate), d, h, slices, b),
            GateBias = network.GateBias.IsEmpty ? default : Columns(Row(network.GateBias), 1, h, slices, b),
            Down = rows,
            Widths = widths,
        };
    }

    private static float[] Plain(PackedMatrix matrix)
    {
        var values = new float[matrix.InputWidth * matrix.OutputWidth];
        matrix.Unpack(values);
        return values;
    }

    private static float[] Row(View bias) => new ReadOnlySpan<float>(bias.Row(0), bias.Columns).ToArray();

    private static float[] Columns(float[] matrix, int rows, int columns, ReadOnlySpan<ExpertSlice> slices, int width)
    {
        var result = new float[slices.Length * rows * width];
        for (var e = 0; e < slices.Length; e++)
        {
            for (var k = 0; k < rows; k++)
            {
                matrix.AsSpan((k * columns) + slices[e].Start, slices[e].Length).CopyTo(result.AsSpan(((e * rows) + k) * width));
            }
        }

        return result;
    }
}
