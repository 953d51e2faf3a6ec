namespace NativeSparse.Kernels;

/// <summary>The checks that every expert version makes before it writes anything.</summary>
internal static unsafe class ExpertArguments
{
    public static void CheckPack(ExpertWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.Experts, nameof(weights));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.InputWidth, nameof(weights));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.ExpertWidth, nameof(weights));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.OutputWidth, nameof(weights));
        var (e, d, b, o) = ((long)weights.Experts, (long)weights.InputWidth, (long)weights.ExpertWidth, (long)weights.OutputWidth);
        Check("up", weights.Up.Length, e * d * b, optional: false);
        Check("upBias", weights.UpBias.Length, e * b, optional: true);
        Check("gate", weights.Gate.Length, e * d * b, optional: true);
        Check("gateBias", weights.GateBias.Length, e * b, optional: true);
        Check("down", weights.Down.Length, e * b * o, optional: false);
        Check("expertBias", weights.ExpertBias.Length, e * o, optional: true);
        Check("widths", weights.Widths.Length, e, optional: true);
        if (weights.Gate.IsEmpty && !weights.GateBias.IsEmpty)
        {
            throw new ShapeMismatchException("gateBias", "none, as there is no gate", $"{weights.GateBias.Length} values");
        }

        CheckWidths(weights.Widths.Span, weights.ExpertWidth);
    }

    public static void CheckPack(QuantizedExpertWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.Experts, nameof(weights));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.InputWidth, nameof(weights));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.ExpertWidth, nameof(weights));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.OutputWidth, nameof(weights));
        var (e, d, b, o) = ((long)weights.Experts, (long)weights.InputWidth, (long)weights.ExpertWidth, (long)weights.OutputWidth);
        if (e * b > QuantizedExpertWeights.MaxHiddenWidth)
        {
            throw new ShapeMismatchException("down", $"at most {QuantizedExpertWeights.MaxHiddenWidth} neurons in all at int8", $"{e} x {b}");
        }

        Check("up", weights.Up.Length, e * d * b, optional: false);
        Check("upScales", weights.UpScales.Length, e * b, optional: false);
        Check("upBias", weights.UpBias.Length, e * b, optional: true);
        Check("gate", weights.Gate.Length, e * d * b, optional: true);
        Check("gateScales", weights.GateScales.Length, weights.Gate.IsEmpty ? 0 : e * b, optional: false);
        Check("gateBias", weights.GateBias.Length, weights.Gate.IsEmpty ? 0 : e * b, optional: true);
        Check("down", weights.Down.Length, e * b * o, optional: false);
        Check("downScales", weights.DownScales.Length, o, optional: false);
        Check("expertBias", weights.ExpertBias.Length, e * o, optional: true);
        Check("widths", weights.Widths.Length, e, optional: true);
        CheckWidths(weights.Widths.Span, weights.ExpertWidth);
        if (d > QuantizedWeights.MaxInputWidth)
        {
            throw new ShapeMismatchException("up", $"at most {QuantizedWeights.MaxInputWidth} inputs at int8, whose sums are 32-bit integers (float32, bfloat16 and int4 have no such limit)", $"{d}");
        }

        CheckValues("up", weights.Up.Span, weights.UpScales.Span);
        CheckValues("gate", weights.Gate.Span, weights.GateScales.Span);
        CheckValues("down", weights.Down.Span, weights.DownScales.Span);
    }

    public static void CheckPack(QuantizedInt4ExpertWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfZero(weights.Up.Count, nameof(weights));
        Check("down", weights.Down.Count, weights.Experts, optional: false);
        Check("gate", weights.Gate.Count, weights.Experts, optional: true);
        var (e, d, b, o) = (weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth);
        CheckMatrices("up", weights.Up, d, b);
        CheckMatrices("gate", weights.Gate, d, b);
        CheckMatrices("down", weights.Down, b, o);
        Check("upBias", weights.UpBias.Length, (long)e * b, optional: true);
        Check("gateBias", weights.GateBias.Length, weights.Gate.Count == 0 ? 0 : (long)e * b, optional: true);
        Check("expertBias", weights.ExpertBias.Length, (long)e * o, optional: true);
    }

    public static void CheckRun(View x, in Routing routing, PackedExperts experts, View y)
    {
        ArgumentNullException.ThrowIfNull(experts);
        experts.ThrowIfDisposed();
        x.Require(nameof(x), y.Rows, experts.InputWidth);
        y.Require(nameof(y), y.Rows, experts.OutputWidth);
        CheckRouting(x.Rows, routing, experts.Experts);
    }

    public static void CheckRouting(int tokens, in Routing routing, int experts)
    {
        routing.Counts.Require("routing.Counts", 1, tokens, ElementType.Int32);
        routing.Experts.Require("routing.Experts", tokens, routing.Experts.Columns, ElementType.Int32);
        routing.Weights.Require("routing.Weights", tokens, routing.Experts.Columns);
        if (routing.Counts.IsOnDevice)
        {
            // Only a device's own routing writes there.
            return;
        }

        for (var t = 0; t < tokens; t++)
        {
            CheckToken(t, routing, experts);
        }
    }

    private static void CheckValues(string operand, ReadOnlySpan<sbyte> values, ReadOnlySpan<float> scales)
    {
        if (values.IndexOf(sbyte.MinValue) is >= 0 and var index)
        {
            throw new ArgumentException($"{operand}: value {index} is -128; int8 weights are -127 to 127", operand);
        }

        for (var i = 0; i < scales.Length; i++)
        {
            if (!float.IsFinite(scales[i]))
            {
                throw new ArgumentException($"{operand}: scale {i} is {scales[i]}; scales must be finite", operand);
            }
        }
    }

    private static void CheckWidths(ReadOnlySpan<int> widths, int expertWidth)
    {
        foreach (var width in widths)
        {
            if (width < 0 || width > expertWidth)
            {
                throw new ShapeMismatchException("widths", $"0..{expertWidth}", $"{width}");
            }
        }
    }

    private static void CheckToken(int token, in Routing routing, int experts)
    {
        var count = routing.Counts.RowInt32(0)[token];
        if (count < 0 || count > routing.Experts.Columns)
        {
            throw new ShapeMismatchException("routing.Counts", $"0..{routing.Experts.Columns} experts", $"{count} for token {token}");
        }

        var chosen = routing.Experts.RowInt32(token);
        var previous = -1;
        for (var i = 0; i < count; i++)
        {
            if (chosen[i] <= previous || chosen[i] >= experts)
            {
                throw new ShapeMismatchException(
                    "routing.Experts",
                    $"ascending indices below {experts}",
                    $"{chosen[i]} after {previous} for token {token}");
            }

            previous = chosen[i];
        }
    }

    private static void CheckMatrices(string operand, IReadOnlyList<QuantizedInt4Weights> matrices, int inputs, int outputs)
    {
        foreach (var matrix in matrices)
        {
            if (matrix.InputWidth != inputs || matrix.OutputWidth != outputs)
            {
                throw new ShapeMismatchException(operand, $"[{inputs}, {outputs}] for each expert", $"[{matrix.InputWidth}, {matrix.OutputWidth}]");
            }
        }
    }

    private static void Check(string operand, long actual, long expected, bool optional)
    {
        if (actual != expected && !(optional && actual == 0))
        {
            throw new ShapeMismatchException(operand, $"{expected} values", $"{actual} values");
        }
    }
}
