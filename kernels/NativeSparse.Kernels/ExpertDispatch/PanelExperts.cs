namespace NativeSparse.Kernels;

/// <summary>
/// Experts packed in panels, one after the other. The bias of an expert's output is one more row of its down projection, whose input is
/// the routing weight itself.
/// </summary>
internal sealed unsafe class PanelExperts : Float32Experts
{
    private readonly ExpertWeights _sizes;
    private readonly NativeBuffer _buffer;
    private readonly nint _gateStart;
    private readonly nint _downStart;
    private readonly nint _biasStart;

    public PanelExperts(ExpertWeights weights, int panel, string version)
        : base(weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth, weights.Activation)
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
        HasExpertBias = !weights.ExpertBias.IsEmpty;
        UpShape = new PanelShape(weights.InputWidth, weights.ExpertWidth, panel);
        DownShape = new PanelShape(weights.ExpertWidth + (HasExpertBias ? 1 : 0), weights.OutputWidth, panel);
        BiasStride = UpShape.Panels * panel;
        PaddedUpShape = new PanelShape(weights.InputWidth, BiasStride, panel);
        HiddenStride = Math.Max(BiasStride, (DownShape.InputWidth + panel - 1) / panel * panel);
        _gateStart = Experts * UpShape.Length;
        _downStart = _gateStart + (IsGated ? _gateStart : 0);
        _biasStart = _downStart + (Experts * DownShape.Length);
        _buffer = new NativeBuffer(_biasStart + ((nint)Experts * BiasStride * 2));
        for (var e = 0; e < Experts; e++)
        {
            Fill(weights, e);
        }
    }

    public override string Version { get; }

    public override int Panel => UpShape.Panel;

    public override bool IsGated { get; }

    public override bool HasExpertBias { get; }

    public override int HiddenStride { get; }

    public override long ByteCount => _buffer.ByteCount;

    private bool HasUpBias { get; }

    private bool HasGateBias { get; }

    private PanelShape UpShape { get; }

    private PanelShape DownShape { get; }

    private PanelShape PaddedUpShape { get; }

    /// <summary>Biases of one expert, padded to whole panels.</summary>
    private int BiasStride { get; }

    public override ExpertPanels this[int expert] => new()
    {
        Up = Up(expert),
        Gate = IsGated ? Gate(expert) : null,
        UpShape = PaddedUpShape,
        Panels = UpShape.Panels,
        UpBias = HasUpBias ? UpBias(expert) : null,
        GateBias = HasGateBias ? GateBias(expert) : null,
        Down = Down(expert),
        DownShape = DownShape,
    };

    public override ExpertWeights Unpack()
    {
        var (up, gate) = (new float[Experts * InputWidth * ExpertWidth], new float[IsGated ? Experts * InputWidth * ExpertWidth : 0]);
        var (upBias, gateBias) = (new float[HasUpBias ? Experts * ExpertWidth : 0], new float[HasGateBias ? Experts * ExpertWidth : 0]);
        var (down, expertBias) = (new float[Experts * ExpertWidth * OutputWidth], new float[HasExpertBias ? Experts * OutputWidth : 0]);
        var lines = new float[DownShape.InputWidth * OutputWidth];
        for (var e = 0; e < Experts; e++)
        {
            UpShape.Unpack(Up(e), Destination(up, e));
            if (IsGated)
            {
                UpShape.Unpack(Gate(e), Destination(gate, e));
            }

            DownShape.Unpack(Down(e), lines);
            lines.AsSpan(0, ExpertWidth * OutputWidth).CopyTo(Destination(down, e));
            lines.AsSpan(ExpertWidth * OutputWidth).CopyTo(Destination(expertBias, e));
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

    public override void Dispose() => _buffer.Dispose();

    private void Fill(ExpertWeights weights, int expert)
    {
        UpShape.Pack(Part(weights.Up.Span, expert), Up(expert));
        if (IsGated)
        {
            UpShape.Pack(Part(weights.Gate.Span, expert), Gate(expert));
        }

        ReadOnlySpan<float> down = [.. Part(weights.Down.Span, expert), .. Part(weights.ExpertBias.Span, expert)];
        DownShape.Pack(down, Down(expert));
        Part(weights.UpBias.Span, expert).CopyTo(new Span<float>(UpBias(expert), ExpertWidth));
        Part(weights.GateBias.Span, expert).CopyTo(new Span<float>(GateBias(expert), ExpertWidth));
    }

    private float* Up(int expert) => _buffer.Floats + (expert * UpShape.Length);

    private float* Gate(int expert) => _buffer.Floats + _gateStart + (expert * UpShape.Length);

    private float* Down(int expert) => _buffer.Floats + _downStart + (expert * DownShape.Length);

    private float* UpBias(int expert) => _buffer.Floats + _biasStart + ((nint)expert * BiasStride);

    private float* GateBias(int expert) => UpBias(Experts + expert);

    private ReadOnlySpan<float> Part(ReadOnlySpan<float> all, int expert) =>
        all.Slice(all.Length / Experts * expert, all.Length / Experts);

    private Span<float> Destination(float[] all, int expert) => all.AsSpan(all.Length / Experts * expert, all.Length / Experts);
}
