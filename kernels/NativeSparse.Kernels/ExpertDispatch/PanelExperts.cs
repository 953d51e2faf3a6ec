namespace NativeSparse.Kernels;

/// <summary>
/// Experts packed in panels, one after the other. The bias of an expert's output is one more row of its down projection, whose input is
/// the routing weight itself; where weights are rounded it is a float32 row of its own, as biases are not.
/// </summary>
internal sealed unsafe class PanelExperts : FloatExperts
{
    private readonly ExpertWeights _sizes;
    private readonly PanelBuffer _panels;
    private readonly NativeBuffer _biases;
    private readonly nint _gateStart;
    private readonly nint _downStart;

    public PanelExperts(ExpertWeights weights, int panel, string version, Precision precision)
        : base(weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth, weights.Activation, precision)
    {
        Version = version;
        _sizes = new ExpertWeights
        {
            Experts = weights.Experts,
            InputWidth = weights.InputWidth,
            ExpertWidth = weights.ExpertWidth,
            OutputWidth = weights.OutputWidth,
            Activation = weights.Activation,
            Up = default,
            Down = default,
            Widths = weights.Widths.ToArray(),
        };
        IsGated = !weights.Gate.IsEmpty;
        HasUpBias = !weights.UpBias.IsEmpty;
        HasGateBias = !weights.GateBias.IsEmpty;
        HasOutputBias = !weights.ExpertBias.IsEmpty;
        HasBiasInput = HasOutputBias && precision == Precision.Float32;
        UpShape = new PanelShape(weights.InputWidth, weights.ExpertWidth, panel);
        DownShape = new PanelShape(weights.ExpertWidth + (HasBiasInput ? 1 : 0), weights.OutputWidth, panel);
        BiasStride = UpShape.Panels * panel;
        PaddedUpShape = new PanelShape(weights.InputWidth, BiasStride, panel);
        HiddenStride = Math.Max(BiasStride, (DownShape.InputWidth + panel - 1) / panel * panel);
        _gateStart = Experts * UpShape.Length;
        _downStart = _gateStart + (IsGated ? _gateStart : 0);
        _panels = new PanelBuffer(precision, _downStart + (Experts * DownShape.Length));
        _biases = new NativeBuffer(Experts * ((2 * (nint)BiasStride) + (HasOutputBias && !HasBiasInput ? OutputBiasStride : 0)));
        for (var e = 0; e < Experts; e++)
        {
            Fill(weights, e);
        }
    }

    public override string Version { get; }

    public override int Panel => UpShape.Panel;

    public override bool IsGated { get; }

    public override bool HasBiasInput { get; }

    public override int HiddenStride { get; }

    public override long ByteCount => _panels.ByteCount + _biases.ByteCount;

    private bool HasUpBias { get; }

    private bool HasGateBias { get; }

    private bool HasOutputBias { get; }

    private PanelShape UpShape { get; }

    private PanelShape DownShape { get; }

    private PanelShape PaddedUpShape { get; }

    /// <summary>Biases of one expert, padded to whole panels.</summary>
    private int BiasStride { get; }

    private int OutputBiasStride => DownShape.Panels * Panel;

    public override ExpertPanels this[int expert] => new()
    {
        Up = _panels.At(UpStart(expert)),
        Gate = IsGated ? _panels.At(GateStart(expert)) : null,
        UpShape = PaddedUpShape,
        Panels = UpShape.Panels,
        UpBias = HasUpBias ? UpBias(expert) : null,
        GateBias = HasGateBias ? GateBias(expert) : null,
        Down = _panels.At(DownStart(expert)),
        DownShape = DownShape,
        OutputBias = HasOutputBias && !HasBiasInput ? OutputBias(expert) : null,
    };

    public override ExpertWeights Unpack()
    {
        var (up, gate) = (new float[Experts * InputWidth * ExpertWidth], new float[IsGated ? Experts * InputWidth * ExpertWidth : 0]);
        var (upBias, gateBias) = (new float[HasUpBias ? Experts * ExpertWidth : 0], new float[HasGateBias ? Experts * ExpertWidth : 0]);
        var (down, expertBias) = (new float[Experts * ExpertWidth * OutputWidth], new float[HasOutputBias ? Experts * OutputWidth : 0]);
        var lines = new float[DownShape.InputWidth * OutputWidth];
        for (var e = 0; e < Experts; e++)
        {
            _panels.Unpack(UpShape, UpStart(e), Destination(up, e));
            if (IsGated)
            {
                _panels.Unpack(UpShape, GateStart(e), Destination(gate, e));
            }

            _panels.Unpack(DownShape, DownStart(e), lines);
            lines.AsSpan(0, ExpertWidth * OutputWidth).CopyTo(Destination(down, e));
            var ownBias = HasBiasInput ? lines.AsSpan(ExpertWidth * OutputWidth) : new Span<float>(OutputBias(e), HasOutputBias ? OutputWidth : 0);
            ownBias.CopyTo(Destination(expertBias, e));
            new ReadOnlySpan<float>(UpBias(e), HasUpBias ? ExpertWidth : 0).CopyTo(Destination(upBias, e));
            new ReadOnlySpan<float>(GateBias(e), HasGateBias ? ExpertWidth : 0).CopyTo(Destination(gateBias, e));
        }

        GC.KeepAlive(this);
        return new ExpertWeights
        {
            Experts = Experts,
            InputWidth = InputWidth,
            ExpertWidth = ExpertWidth,
            OutputWidth = OutputWidth,
            Activation = Activation,
            Up = up,
            UpBias = upBias,
            Gate = gate,
            GateBias = gateBias,
            Down = down,
            ExpertBias = expertBias,
            Widths = _sizes.Widths,
        };
    }

    private protected override void Release()
    {
        _panels.Dispose();
        _biases.Dispose();
    }

    private void Fill(ExpertWeights weights, int expert)
    {
        _panels.Pack(Part(weights.Up.Span, expert), UpShape, UpStart(expert));
        if (IsGated)
        {
            _panels.Pack(Part(weights.Gate.Span, expert), UpShape, GateStart(expert));
        }

        var down = Part(weights.Down.Span, expert);
        var outputBias = Part(weights.ExpertBias.Span, expert);
        _panels.Pack(HasBiasInput ? [.. down, .. outputBias] : down, DownShape, DownStart(expert));
        if (!HasBiasInput)
        {
            outputBias.CopyTo(new Span<float>(OutputBias(expert), outputBias.Length));
        }

        Part(weights.UpBias.Span, expert).CopyTo(new Span<float>(UpBias(expert), ExpertWidth));
        Part(weights.GateBias.Span, expert).CopyTo(new Span<float>(GateBias(expert), ExpertWidth));
    }

    private nint UpStart(int expert) => expert * UpShape.Length;

    private nint GateStart(int expert) => _gateStart + (expert * UpShape.Length);

    private nint DownStart(int expert) => _downStart + (expert * DownShape.Length);

    private float* UpBias(int expert) => _biases.Floats + ((nint)expert * BiasStride);

    private float* GateBias(int expert) => UpBias(Experts + expert);

    private float* OutputBias(int expert) => UpBias(2 * Experts) + ((nint)expert * OutputBiasStride);

    private ReadOnlySpan<float> Part(ReadOnlySpan<float> all, int expert) =>
        all.Slice(all.Length / Experts * expert, all.Length / Experts);

    private Span<float> Destination(float[] all, int expert) => all.AsSpan(all.Length / Experts * expert, all.Length / Experts);
}
