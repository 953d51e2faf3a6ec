namespace NativeSparse.Kernels;

/// <summary>Sparse int8 weights in the panels of a tile. Owns them.</summary>
internal sealed class VectorQuantizedSparse(QuantizedSparseWeights weights, Int8Tile tile) : PackedSparse(weights)
{
    private readonly SparseInt8Matrix _matrix = new(weights, tile);

    public override string Version => _matrix.Version;

    public override long ByteCount => _matrix.ByteCount;

    public SparseInt8Matrix Matrix
    {
        get
        {
            ThrowIfDisposed();
            return _matrix;
        }
    }

    public override SparseWeights Unpack() => UnpackInt8().Dequantize();

    public override QuantizedSparseWeights UnpackInt8() => Matrix.UnpackSparse();

    private protected override void Release() => _matrix.Dispose();
}
