namespace NativeSparse.Kernels;

/// <summary>A copy of the plain weights.</summary>
internal sealed class ReferenceExperts(ExpertWeights weights)
    : PackedExperts(weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth, Precision.Float32)
{
    private ExpertWeights? _weights = new()
    {
        Experts = weights.Experts,
        InputWidth = weights.InputWidth,
        ExpertWidth = weights.ExpertWidth,
        OutputWidth = weights.OutputWidth,
        Activation = weights.Activation,
        Up = weights.Up.ToArray(),
        UpBias = weights.UpBias.ToArray(),
        Gate = weights.Gate.ToArray(),
        GateBias = weights.GateBias.ToArray(),
        Down = weights.Down.ToArray(),
        ExpertBias = weights.ExpertBias.ToArray(),
        Widths = weights.Widths.ToArray(),
    };

    public ExpertWeights Weights => _weights ?? throw new ObjectDisposedException(nameof(PackedExperts));

    public override string Version => ReferenceBackend.VersionName;

    public override long ByteCount
    {
        get
        {
            var w = Weights;
            return sizeof(float) * ((long)w.Up.Length + w.UpBias.Length + w.Gate.Length + w.GateBias.Length
                + w.Down.Length + w.ExpertBias.Length + w.Widths.Length);
        }
    }

    public override ExpertWeights Unpack() => Weights;

    public override void Dispose() => _weights = null;
}
