namespace NativeSparse.Kernels;

/// <summary>int4 weights in plain row-major order.</summary>
internal sealed class ReferenceInt4Matrix(QuantizedInt4Weights weights, bool hasGroupScales)
    : PackedMatrix(weights.InputWidth, weights.OutputWidth, Precision.Int4)
{
    private QuantizedInt4Weights? _weights = weights;

    public override string Version => ReferenceBackend.VersionName;

    public bool HasGroupScales { get; } = hasGroupScales;

    public override long ByteCount => Weights.Values.Length + (3L * Weights.Zeros.Length);

    private QuantizedInt4Weights Weights => _weights ?? throw new ObjectDisposedException(nameof(PackedMatrix));

    public override void Unpack(Span<float> destination) => Weights.Dequantize(destination);

    public override QuantizedInt4Weights UnpackInt4() => Weights;

    private protected override void Release() => _weights = null;
}
