namespace NativeSparse.Kernels;

/// <summary>The deltas as they were given; only the weights are copied.</summary>
internal sealed class ReferenceLowRankExperts(LowRankWeights weights) : LowRankExperts(weights)
{
    private LowRankWeights? _weights = new()
    {
        Experts = weights.Experts,
        InputWidth = weights.InputWidth,
        HiddenWidth = weights.HiddenWidth,
        OutputWidth = weights.OutputWidth,
        Rank = weights.Rank,
        Scale = weights.Scale,
        UpIn = weights.UpIn.ToArray(),
        UpOut = weights.UpOut.ToArray(),
        GateIn = weights.GateIn.ToArray(),
        GateOut = weights.GateOut.ToArray(),
        DownIn = weights.DownIn.ToArray(),
        DownOut = weights.DownOut.ToArray(),
    };

    public LowRankWeights Weights => _weights ?? throw new ObjectDisposedException(nameof(LowRankExperts));

    public override string Version => ReferenceBackend.VersionName;

    public override long ByteCount
    {
        get
        {
            var w = Weights;
            return sizeof(float) * ((long)w.UpIn.Length + w.UpOut.Length + w.GateIn.Length + w.GateOut.Length + w.DownIn.Length + w.DownOut.Length);
        }
    }

    private protected override void Release() => _weights = null;
}
