namespace NativeSparse.Kernels;

/// <summary>int8 experts: for each an up, a gate and a down matrix in the panels of one tile, and biases padded to whole panels.</summary>
internal sealed unsafe class Int8Experts : PackedExperts
{
    private readonly QuantizedExpertWeights _rest;
    private readonly Int8Matrix[] _up;
    private readonly Int8Matrix[] _gate;
    private readonly Int8Matrix[] _down;
    private readonly NativeBuffer _biases;

    public Int8Experts(QuantizedExpertWeights weights, Int8Tile tile)
        : base(weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth, Precision.Int8)
    {
        Tile = tile;
        var (d, b, o) = (InputWidth, ExpertWidth, OutputWidth);
        _up = Pack(weights.Up, weights.UpScales, d, b);
        _gate = weights.Gate.IsEmpty ? [] : Pack(weights.Gate, weights.GateScales, d, b);
        Narrow = tile.ExpertDown is null ? null : ExpertDownPanels.Create(weights, tile.ExpertDownGranularity);
        _down = Narrow is null ? Pack(weights.Down, weights.DownScales, b, o) : [];
        DownPanels = (o + tile.Columns - 1) / tile.Columns;
        HasExpertBias = !weights.ExpertBias.IsEmpty;
        HiddenStride = _up[0].Panels * tile.Columns;
        SumStride = DownPanels * tile.Columns;
        _biases = new NativeBuffer(((nint)Experts * 2 * HiddenStride) + ((nint)Experts * o));
        for (var e = 0; e < Experts; e++)
        {
            Copy(weights.UpBias, e, UpBias(e));
            Copy(weights.GateBias, e, GateBias(e));
            Copy(weights.ExpertBias, e, ExpertBias(e));
        }

        _rest = new QuantizedExpertWeights
        {
            Experts = Experts,
            InputWidth = d,
            ExpertWidth = b,
            OutputWidth = o,
            Activation = weights.Activation,
            Up = default,
            UpScales = weights.UpScales.ToArray(),
            UpBias = weights.UpBias.ToArray(),
            GateScales = weights.GateScales.ToArray(),
            GateBias = weights.GateBias.ToArray(),
            Down = default,
            DownScales = weights.DownScales.ToArray(),
            ExpertBias = weights.ExpertBias.ToArray(),
            Widths = weights.Widths.ToArray(),
        };
    }

    public override string Version => Tile.Name;

    public Int8Tile Tile { get; }

    public Activation Activation => _rest.Activation;

    public bool IsGated => _gate.Length > 0;

    public bool HasExpertBias { get; }

    /// <summary>Values of a hidden row of whole panels.</summary>
    public int HiddenStride { get; }

    /// <summary>Sums of a token, of whole panels.</summary>
    public int SumStride { get; }

    public int UpPanels => _up[0].Panels;

    public int DownPanels { get; }

    /// <summary>Down weights for <see cref="Int8Tile.ExpertDown"/>, or null where tiles multiply them.</summary>
    public ExpertDownPanels? Narrow { get; }

    /// <summary>One for each output.</summary>
    public ReadOnlySpan<float> DownScales => _rest.DownScales.Span;

    public override long ByteCount =>
        _up.Concat(_gate).Concat(_down).Sum(matrix => matrix.ByteCount) + (Narrow?.ByteCount ?? 0) + _biases.ByteCount;

    public Int8Matrix Up(int expert) => _up[expert];

    public Int8Matrix Gate(int expert) => _gate[expert];

    public Int8Matrix Down(int expert) => _down[expert];

    public float* UpBias(int expert) => _biases.Floats + ((nint)expert * HiddenStride);

    public float* GateBias(int expert) => UpBias(Experts + expert);

    public float* ExpertBias(int expert) => UpBias(2 * Experts) + ((nint)expert * OutputWidth);

    /// <summary>Real neurons of an expert.</summary>
    public int Width(int expert) => _rest.Widths.IsEmpty ? ExpertWidth : _rest.Widths.Span[expert];

    public override ExpertWeights Unpack() => UnpackInt8().Dequantize();

    public override QuantizedExpertWeights UnpackInt8() => new()
    {
        Experts = Experts,
        InputWidth = InputWidth,
        ExpertWidth = ExpertWidth,
        OutputWidth = OutputWidth,
        Activation = Activation,
        Up = Unpack(_up),
        UpScales = _rest.UpScales,
        UpBias = _rest.UpBias,
        Gate = Unpack(_gate),
        GateScales = _rest.GateScales,
        GateBias = _rest.GateBias,
        Down = Narrow?.Unpack() ?? Unpack(_down),
        DownScales = _rest.DownScales,
        ExpertBias = _rest.ExpertBias,
        Widths = _rest.Widths,
    };

    public override void Dispose()
    {
        foreach (var matrix in _up.Concat(_gate).Concat(_down))
        {
            matrix.Dispose();
        }

        Narrow?.Dispose();
        _biases.Dispose();
    }

    private static sbyte[] Unpack(Int8Matrix[] matrices) => [.. matrices.SelectMany(matrix => matrix.UnpackInt8().Values.ToArray())];

    /// <summary>Scales are each expert's own, or one row that all share.</summary>
    private Int8Matrix[] Pack(ReadOnlyMemory<sbyte> values, ReadOnlyMemory<float> scales, int inputs, int outputs)
    {
        var matrices = new Int8Matrix[Experts];
        for (var e = 0; e < Experts; e++)
        {
            var own = scales.Slice(scales.Length == outputs ? 0 : e * outputs, outputs);
            matrices[e] = new Int8Matrix(new QuantizedWeights(values.Slice(e * inputs * outputs, inputs * outputs), own, inputs, outputs), Tile);
        }

        return matrices;
    }

    private void Copy(ReadOnlyMemory<float> all, int expert, float* destination)
    {
        var length = all.Length / Experts;
        all.Span.Slice(length * expert, length).CopyTo(new Span<float>(destination, length));
    }
}
