namespace NativeSparse.Kernels;

/// <summary>The checks that every dense version makes before it writes anything.</summary>
internal static class DenseArguments
{
    public static void CheckPack(int length, int inputWidth, int outputWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputWidth);
        if (length != (long)inputWidth * outputWidth)
        {
            throw new ShapeMismatchException("weights", $"{inputWidth} x {outputWidth} values", $"{length} values");
        }
    }

    public static NotSupportedException UnknownPrecision(string version, Precision precision) =>
        new($"{version} has no {precision} matrices; it has {Precision.Float32}, {Precision.BFloat16}, {Precision.Int8} and {Precision.Int4}");

    public static ArgumentException Foreign(string version, string operand) =>
        new($"weights were packed by another backend than {version}; pack them with this one", operand);

    public static void CheckRun(View x, PackedMatrix weights, in Epilogue epilogue, View y)
    {
        ArgumentNullException.ThrowIfNull(weights);
        weights.ThrowIfDisposed();
        x.Require(nameof(x), y.Rows, weights.InputWidth);
        y.Require(nameof(y), y.Rows, weights.OutputWidth);
        CheckBias("bias", epilogue.Bias, weights.OutputWidth);
        if (!epilogue.Multiplier.IsEmpty)
        {
            epilogue.Multiplier.Require("multiplier", y.Rows, weights.OutputWidth);
        }
    }

    public static void CheckRunMany(View x, ReadOnlySpan<PackedMatrix> weights, ReadOnlySpan<Epilogue> epilogues, ReadOnlySpan<View> outputs)
    {
        if (epilogues.Length != weights.Length || outputs.Length != weights.Length)
        {
            throw new ArgumentException($"expected {weights.Length} epilogues and outputs, one for each matrix, got {epilogues.Length} and {outputs.Length}", nameof(outputs));
        }

        for (var i = 0; i < weights.Length; i++)
        {
            CheckRun(x, weights[i], epilogues[i], outputs[i]);
        }
    }

    public static void CheckRun(View x, in FeedForwardMatrices network, View y)
    {
        CheckNetwork(network);
        x.Require(nameof(x), y.Rows, network.Up.InputWidth);
        y.Require(nameof(y), y.Rows, network.Down.OutputWidth);
    }

    public static void CheckNetwork(in FeedForwardMatrices network)
    {
        ArgumentNullException.ThrowIfNull(network.Up);
        ArgumentNullException.ThrowIfNull(network.Down);
        network.Up.ThrowIfDisposed();
        network.Down.ThrowIfDisposed();
        network.Gate?.ThrowIfDisposed();
        CheckWidths("down", network.Down, network.Up.OutputWidth, network.Down.OutputWidth);
        CheckBias("upBias", network.UpBias, network.Up.OutputWidth);
        CheckBias("downBias", network.DownBias, network.Down.OutputWidth);
        if (network.Gate is not null)
        {
            CheckWidths("gate", network.Gate, network.Up.InputWidth, network.Up.OutputWidth);
            CheckBias("gateBias", network.GateBias, network.Up.OutputWidth);
        }
        else if (!network.GateBias.IsEmpty)
        {
            throw new ShapeMismatchException("gateBias", "none, as there is no gate", $"{network.GateBias.Columns} values");
        }
    }

    private static void CheckBias(string operand, View bias, int width)
    {
        if (!bias.IsEmpty)
        {
            bias.Require(operand, 1, width);
        }
    }

    private static void CheckWidths(string operand, PackedMatrix matrix, int inputs, int outputs)
    {
        if (matrix.InputWidth != inputs || matrix.OutputWidth != outputs)
        {
            throw new ShapeMismatchException(operand, $"[{inputs}, {outputs}]", $"[{matrix.InputWidth}, {matrix.OutputWidth}]");
        }
    }
}
