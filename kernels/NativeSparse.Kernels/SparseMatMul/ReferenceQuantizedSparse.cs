namespace NativeSparse.Kernels;

/// <summary>Sparse int8 weights in their plain layout.</summary>
internal sealed class ReferenceQuantizedSparse(QuantizedSparseWeights weights) : PackedSparse(weights)
{
    private QuantizedSparseWeights? _weights = weights;

    public override string Version => ReferenceBackend.VersionName;

    public QuantizedSparseWeights Weights => _weights ?? throw new ObjectDisposedException(nameof(PackedSparse));

    public override long ByteCount =>
        (((long)Weights.Starts.Length + Weights.InputBlocks.Length) * sizeof(int)) + Weights.Values.Length + ((long)Weights.Scales.Length * sizeof(float));

    public override SparseWeights Unpack() => Weights.Dequantize();

    public override QuantizedSparseWeights UnpackInt8() => Weights;

    private protected override void Release() => _weights = null;
}
