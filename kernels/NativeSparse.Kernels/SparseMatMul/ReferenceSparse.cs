namespace NativeSparse.Kernels;

/// <summary>Sparse weights in their plain layout.</summary>
internal sealed class ReferenceSparse(SparseWeights weights) : PackedSparse(weights)
{
    private SparseWeights? _weights = weights;

    public override string Version => ReferenceBackend.VersionName;

    public SparseWeights Weights => _weights ?? throw new ObjectDisposedException(nameof(PackedSparse));

    public override long ByteCount =>
        ((long)Weights.Starts.Length * sizeof(int)) + ((long)Weights.Inputs.Length * sizeof(int)) + ((long)Weights.Values.Length * sizeof(float));

    public override SparseWeights Unpack() => Weights;

    private protected override void Release() => _weights = null;
}
