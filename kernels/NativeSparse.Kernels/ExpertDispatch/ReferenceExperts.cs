namespace NativeSparse.Kernels;

/// <summary>A copy of the plain weights, rounded where the precision asks for that; biases are not.</summary>
internal sealed class ReferenceExperts(ExpertWeights weights, Precision precision = Precision.Float32)
    : PackedExperts(weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth, precision)
{
    private ExpertWeights? _weights = new()
    {
        Experts = weights.Experts,
        InputWidth = weights.InputWidth,
        ExpertWidth = weights.ExpertWidth,
        OutputWidth = weights.OutputWidth,
        Activation = weights.Activation,
        Up = Copy(weights.Up, precision),
        UpBias = weights.UpBias.ToArray(),
        Gate = Copy(weights.Gate, precision),
        GateBias = weights.GateBias.ToArray(),
        Down = Copy(weights.Down, precision),
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

    private protected override void Release() => _weights = null;

    private static float[] Copy(ReadOnlyMemory<float> values, Precision precision) =>
        precision == Precision.BFloat16 ? BFloat16Rounding.RoundAll(values.Span) : values.ToArray();
}
