namespace NativeSparse.Kernels;

/// <summary>int8 experts in their plain layout.</summary>
internal sealed class ReferenceInt8Experts(QuantizedExpertWeights weights)
    : PackedExperts(weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth, Precision.Int8)
{
    private QuantizedExpertWeights? _weights = weights;

    public override string Version => ReferenceBackend.VersionName;

    public QuantizedExpertWeights Weights => _weights ?? throw new ObjectDisposedException(nameof(PackedExperts));

    public override long ByteCount => Weights.Up.Length + Weights.Gate.Length + Weights.Down.Length
        + (sizeof(float) * ((long)Weights.UpScales.Length + Weights.GateScales.Length + Weights.DownScales.Length
            + Weights.UpBias.Length + Weights.GateBias.Length + Weights.ExpertBias.Length + Weights.Widths.Length));

    public override ExpertWeights Unpack() => Weights.Dequantize();

    public override QuantizedExpertWeights UnpackInt8() => Weights;

    private protected override void Release() => _weights = null;
}
