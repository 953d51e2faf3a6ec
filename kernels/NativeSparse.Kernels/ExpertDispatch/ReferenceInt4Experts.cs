namespace NativeSparse.Kernels;

/// <summary>int4 experts in their plain layout.</summary>
internal sealed class ReferenceInt4Experts(QuantizedInt4ExpertWeights weights, bool hasGroupScales)
    : PackedExperts(weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth, Precision.Int4)
{
    private QuantizedInt4ExpertWeights? _weights = weights;

    public override string Version => ReferenceBackend.VersionName;

    public bool HasGroupScales { get; } = hasGroupScales;

    public QuantizedInt4ExpertWeights Weights => _weights ?? throw new ObjectDisposedException(nameof(PackedExperts));

    public override long ByteCount =>
        Weights.Up.Concat(Weights.Gate).Concat(Weights.Down).Sum(matrix => matrix.Values.Length + (3L * matrix.Zeros.Length))
        + (sizeof(float) * ((long)Weights.UpBias.Length + Weights.GateBias.Length + Weights.ExpertBias.Length));

    public override ExpertWeights Unpack() => Weights.Dequantize();

    public override QuantizedInt4ExpertWeights UnpackInt4() => Weights;

    private protected override void Release() => _weights = null;
}
