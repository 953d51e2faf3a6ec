namespace NativeSparse.Kernels;

/// <summary>Deltas in panels; the scale is part of the second factors.</summary>
internal sealed class PanelLowRankExperts : LowRankExperts
{
    private readonly PanelMatrix[] _matrices;

    public PanelLowRankExperts(LowRankWeights weights, int panel, string version)
        : base(weights)
    {
        Panel = panel;
        Version = version;
        var (d, h, o, r) = (InputWidth, HiddenWidth, OutputWidth, Rank);
        UpIn = Pack(weights.UpIn, d, r, 1);
        UpOut = Pack(weights.UpOut, r, h, weights.Scale);
        GateIn = Pack(weights.GateIn, d, r, 1);
        GateOut = Pack(weights.GateOut, r, h, weights.Scale);
        DownIn = Pack(weights.DownIn, h, r, 1);
        DownOut = Pack(weights.DownOut, r, o, weights.Scale);
        _matrices = [.. UpIn, .. UpOut, .. GateIn, .. GateOut, .. DownIn, .. DownOut];
    }

    /// <summary>Columns of a panel.</summary>
    public int Panel { get; }

    /// <summary>One for each expert, or none.</summary>
    public PanelMatrix[] UpIn { get; }

    public PanelMatrix[] UpOut { get; }

    public PanelMatrix[] GateIn { get; }

    public PanelMatrix[] GateOut { get; }

    public PanelMatrix[] DownIn { get; }

    public PanelMatrix[] DownOut { get; }

    public override string Version { get; }

    public override long ByteCount => _matrices.Sum(matrix => matrix.ByteCount);

    private protected override void Release() => Array.ForEach(_matrices, matrix => matrix.Dispose());

    private PanelMatrix[] Pack(ReadOnlyMemory<float> all, int inputs, int outputs, float scale)
    {
        if (all.IsEmpty)
        {
            return [];
        }

        var (result, part) = (new PanelMatrix[Experts], new float[inputs * outputs]);
        for (var e = 0; e < Experts; e++)
        {
            all.Span.Slice(e * part.Length, part.Length).CopyTo(part);
            for (var i = 0; scale != 1 && i < part.Length; i++)
            {
                part[i] *= scale;
            }

            result[e] = new PanelMatrix(part, new PanelShape(inputs, outputs, Panel), Version);
        }

        return result;
    }
}
