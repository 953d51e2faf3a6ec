namespace NativeSparse.Kernels;

/// <summary>int8 weights in plain row-major order.</summary>
internal sealed class ReferenceInt8Matrix(QuantizedWeights weights)
    : PackedMatrix(weights.InputWidth, weights.OutputWidth, Precision.Int8)
{
    private QuantizedWeights? _weights = weights;

    public override string Version => ReferenceBackend.VersionName;

    public override long ByteCount => Weights.Values.Length + ((long)Weights.Scales.Length * sizeof(float));

    private QuantizedWeights Weights => _weights ?? throw new ObjectDisposedException(nameof(PackedMatrix));

    public override void Unpack(Span<float> destination) => Weights.Dequantize(destination);

    public override QuantizedWeights UnpackInt8() => Weights;

    private protected override void Release() => _weights = null;
}
