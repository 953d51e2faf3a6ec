namespace NativeSparse.Kernels;

/// <summary>
/// int8 experts as ranges of the panels of a shared network. The panels at both ends of a range are multiplied whole; the down product reads
/// whole steps of neurons, of which those of others count as zero.
/// </summary>
internal sealed unsafe class Int8SlicedExperts : Int8Experts
{
    private readonly FeedForwardMatrices _network;
    private readonly ExpertSlice[] _slices;
    private readonly Int8Matrix[] _up;
    private readonly Int8Matrix[] _gate;
    private readonly Int8Matrix[] _down;
    private readonly int[] _firstInputs;
    private readonly NativeBuffer _biases;
    private readonly int _biasStride;

    public Int8SlicedExperts(in FeedForwardMatrices network, ReadOnlySpan<ExpertSlice> slices)
        : base(
            slices.Length,
            network.Up.InputWidth,
            ExpertSlices.Widest(slices),
            network.Down.OutputWidth,
            network.Activation,
            ((Int8Matrix)network.Up).Tile)
    {
        var (up, gate, down) = ((Int8Matrix)network.Up, (Int8Matrix?)network.Gate, (Int8Matrix)network.Down);
        _slices = slices.ToArray();
        _up = Array.ConvertAll(_slices, slice => up.PartOfOutputs(slice.Start, slice.Start + slice.Length));
        _gate = gate is null ? [] : Array.ConvertAll(_slices, slice => gate.PartOfOutputs(slice.Start, slice.Start + slice.Length));

        // A down product starts with a panel of the up product or before it, and ends with whole steps.
        var neurons = Tile.PaddedInputs(up.OutputWidth);
        var unit = Math.Max(Tile.Columns, Tile.PaddedInputs(1));
        DownWidth = Math.Min(_slices.Max(slice => Tile.PaddedInputs(slice.Start + slice.Length - (slice.Start / unit * unit))), neurons);
        _firstInputs = Array.ConvertAll(_slices, slice => Math.Min(slice.Start / unit * unit, neurons - DownWidth));
        _down = Array.ConvertAll(_firstInputs, first => down.PartOfInputs(first, DownWidth));

        HiddenStride = Enumerable.Range(0, Experts).Max(e => FirstColumn(e) + (_up[e].Panels * Tile.Columns));
        HiddenStride = Math.Max(HiddenStride, DownWidth);
        _biasStride = up.Panels * Tile.Columns;
        _biases = new NativeBuffer(2 * (nint)_biasStride);
        Copy(network.UpBias, _biases.Floats);
        Copy(network.GateBias, _biases.Floats + _biasStride);
        _network = new FeedForwardMatrices
        {
            Up = up,
            UpBias = network.UpBias.IsEmpty ? default : View.Create((nint)_biases.Floats, 1, up.OutputWidth),
            Gate = gate,
            GateBias = network.GateBias.IsEmpty ? default : View.Create((nint)(_biases.Floats + _biasStride), 1, up.OutputWidth),
            Activation = network.Activation,
            Down = down,
        };
    }

    public override bool IsGated => _gate.Length > 0;

    public override bool HasExpertBias => false;

    public override int HiddenStride { get; }

    public override int DownWidth { get; }

    public override ExpertDownPanels? Narrow => null;

    public override ReadOnlySpan<float> DownScales => new(_down[0].Scales(0), OutputWidth);

    /// <summary>What they hold themselves: the weights are the matrices'.</summary>
    public override long ByteCount => _biases.ByteCount + _down.Sum(part => part.ByteCount);

    public override Int8Matrix Up(int expert) => _up[expert];

    public override Int8Matrix Gate(int expert) => _gate[expert];

    public override Int8Matrix Down(int expert) => _down[expert];

    public override float* UpBias(int expert) => _biases.Floats + FirstPanelColumn(expert);

    public override float* GateBias(int expert) => _biases.Floats + _biasStride + FirstPanelColumn(expert);

    public override float* ExpertBias(int expert) => throw new NotSupportedException("ranges of a shared network have no biases of their own");

    public override int Width(int expert) => _slices[expert].Length;

    public override int FirstColumn(int expert) => FirstPanelColumn(expert) - _firstInputs[expert];

    public override int FirstNeuron(int expert) => _slices[expert].Start - _firstInputs[expert];

    public override QuantizedExpertWeights UnpackInt8()
    {
        var copies = ExpertSlices.CopyInt8(_network, _slices);
        GC.KeepAlive(this);
        return copies;
    }

    private protected override void Release()
    {
        foreach (var part in _up.Concat(_gate).Concat(_down))
        {
            part.Dispose();
        }

        _biases.Dispose();
    }

    private int FirstPanelColumn(int expert) => _slices[expert].Start / Tile.Columns * Tile.Columns;

    private static void Copy(View bias, float* destination)
    {
        if (!bias.IsEmpty)
        {
            new ReadOnlySpan<float>(bias.Row(0), bias.Columns).CopyTo(new Span<float>(destination, bias.Columns));
        }
    }
}
