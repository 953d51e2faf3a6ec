namespace NativeSparse.Kernels;

/// <summary>
/// Experts as ranges of the panels of a shared network. The panels at both ends of a range are multiplied whole; the down product reads
/// the range's own neurons only.
/// </summary>
internal sealed unsafe class SlicedExperts : FloatExperts
{
    private readonly PanelMatrix _up;
    private readonly PanelMatrix? _gate;
    private readonly PanelMatrix _down;
    private readonly ExpertSlice[] _slices;
    private readonly NativeBuffer _biases;
    private readonly PanelShape _upShape;
    private readonly bool _hasUpBias;
    private readonly bool _hasGateBias;

    public SlicedExperts(in FeedForwardMatrices network, ReadOnlySpan<ExpertSlice> slices)
        : base(slices.Length, network.Up.InputWidth, ExpertSlices.Widest(slices), network.Down.OutputWidth, network.Activation, network.Up.Precision)
    {
        _up = (PanelMatrix)network.Up;
        _gate = (PanelMatrix?)network.Gate;
        _down = (PanelMatrix)network.Down;
        _slices = slices.ToArray();
        _upShape = new PanelShape(InputWidth, _up.Shape.Panels * Panel, Panel);
        _hasUpBias = !network.UpBias.IsEmpty;
        _hasGateBias = !network.GateBias.IsEmpty;
        _biases = new NativeBuffer(2 * (nint)_upShape.OutputWidth);
        Copy(network.UpBias, UpBias);
        Copy(network.GateBias, GateBias);

        // A range that does not start with a panel touches one panel more than its width needs.
        HiddenStride = (((ExpertWidth + Panel - 1) / Panel) + 1) * Panel;
    }

    public override int Panel => _up.Shape.Panel;

    public override bool IsGated => _gate is not null;

    public override bool HasBiasInput => false;

    public override int HiddenStride { get; }

    public override string Version => _up.Version;

    /// <summary>What they hold themselves: the weights are the matrices'.</summary>
    public override long ByteCount => _biases.ByteCount;

    private float* UpBias => _biases.Floats;

    private float* GateBias => _biases.Floats + _upShape.OutputWidth;

    public override ExpertPanels this[int expert]
    {
        get
        {
            var (start, length) = _slices[expert];
            var first = start / Panel;
            return new ExpertPanels
            {
                Up = _up.Weights,
                Gate = _gate is null ? null : _gate.Weights,
                UpShape = _upShape,
                FirstPanel = first,
                Panels = ((start + length + Panel - 1) / Panel) - first,
                UpBias = _hasUpBias ? UpBias : null,
                GateBias = _hasGateBias ? GateBias : null,
                Down = _down.Weights,
                DownShape = _down.Shape.Inputs(start, length),
                Skipped = start % Panel,
            };
        }
    }

    public override ExpertWeights Unpack()
    {
        var network = new FeedForwardMatrices
        {
            Up = _up,
            UpBias = _hasUpBias ? View.Create((nint)UpBias, 1, _up.OutputWidth) : default,
            Gate = _gate,
            GateBias = _hasGateBias ? View.Create((nint)GateBias, 1, _up.OutputWidth) : default,
            Activation = Activation,
            Down = _down,
        };
        var copies = ExpertSlices.Copy(network, _slices);
        GC.KeepAlive(this);
        return copies;
    }

    private protected override void Release() => _biases.Dispose();

    private static void Copy(View bias, float* destination)
    {
        if (!bias.IsEmpty)
        {
            new ReadOnlySpan<float>(bias.Row(0), bias.Columns).CopyTo(new Span<float>(destination, bias.Columns));
        }
    }
}
