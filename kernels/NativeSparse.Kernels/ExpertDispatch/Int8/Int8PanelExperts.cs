namespace NativeSparse.Kernels;

/// <summary>int8 experts packed one after the other: for each an up, a gate and a down matrix, and biases padded to whole panels.</summary>
internal sealed unsafe class Int8PanelExperts : Int8Experts
{
    private readonly QuantizedExpertWeights _rest;
    private readonly Int8Matrix[] _up;
    private readonly Int8Matrix[] _gate;
    private readonly Int8Matrix[] _down;
    private readonly NativeBuffer _biases;
    private readonly int[] _widths;
    private readonly List<Int8Storage> _storages = [];

    public Int8PanelExperts(QuantizedExpertWeights weights, Int8Tile tile)
        : base(weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth, weights.Activation, tile)
    {
        var (d, b, o) = (InputWidth, ExpertWidth, OutputWidth);
        _up = Pack(weights.Up, weights.UpScales, d, b);
        _gate = weights.Gate.IsEmpty ? [] : Pack(weights.Gate, weights.GateScales, d, b);
        Narrow = tile.ExpertDown is null ? null : ExpertDownPanels.Create(weights, tile.ExpertDownGranularity);
        _down = Narrow is null ? Pack(weights.Down, weights.DownScales, b, o) : [];
        HasExpertBias = !weights.ExpertBias.IsEmpty;
        _widths = weights.Widths.IsEmpty ? [.. Enumerable.Repeat(b, Experts)] : weights.Widths.ToArray();
        HiddenStride = _up[0].Panels * tile.Columns;
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

    public override bool IsGated => _gate.Length > 0;

    public override bool HasExpertBias { get; }

    public override int HiddenStride { get; }

    public override int DownWidth => ExpertWidth;

    public override ExpertDownPanels? Narrow { get; }

    public override ReadOnlySpan<float> DownScales => _rest.DownScales.Span;

    public override long ByteCount => _storages.Sum(storage => storage.ByteCount) + (Narrow?.ByteCount ?? 0) + _biases.ByteCount;

    public override Int8Matrix Up(int expert) => _up[expert];

    public override Int8Matrix Gate(int expert) => _gate[expert];

    public override Int8Matrix Down(int expert) => _down[expert];

    public override float* UpBias(int expert) => _biases.Floats + ((nint)expert * HiddenStride);

    public override float* GateBias(int expert) => UpBias(Experts + expert);

    public override float* ExpertBias(int expert) => UpBias(2 * Experts) + ((nint)expert * OutputWidth);

    public override int Width(int expert) => _widths[expert];

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

    private protected override void Release()
    {
        _storages.ForEach(storage => storage.Dispose());
        Narrow?.Dispose();
        _biases.Dispose();
    }

    private static sbyte[] Unpack(Int8Matrix[] matrices) => [.. matrices.SelectMany(matrix => matrix.UnpackInt8().Values.ToArray())];

    /// <summary>Scales are each expert's own, or one row that all share.</summary>
    private Int8Matrix[] Pack(ReadOnlyMemory<sbyte> values, ReadOnlyMemory<float> scales, int inputs, int outputs)
    {
        var storage = new Int8Storage(Experts, inputs, outputs, Tile);
        _storages.Add(storage);
        var matrices = new Int8Matrix[Experts];
        for (var e = 0; e < Experts; e++)
        {
            var own = scales.Slice(scales.Length == outputs ? 0 : e * outputs, outputs);
            matrices[e] = new Int8Matrix(
                new QuantizedWeights(values.Slice(e * inputs * outputs, inputs * outputs), own, inputs, outputs), Tile, storage, e);
        }

        return matrices;
    }

    private void Copy(ReadOnlyMemory<float> all, int expert, float* destination)
    {
        var length = all.Length / Experts;
        all.Span.Slice(length * expert, length).CopyTo(new Span<float>(destination, length));
    }
}
