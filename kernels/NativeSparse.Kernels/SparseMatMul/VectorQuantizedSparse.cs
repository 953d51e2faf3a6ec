namespace NativeSparse.Kernels;

/// <summary>Sparse int8 weights in the panels of a tile. Owns them.</summary>
internal sealed class VectorQuantizedSparse(QuantizedSparseWeights weights, Int8Tile tile) : PackedSparse(weights)
{
    private readonly SparseInt8Matrix _matrix = new(weights, tile);
    private bool _isDisposed;

    public override string Version => _matrix.Version;

    public override long ByteCount => _matrix.ByteCount;

    public SparseInt8Matrix Matrix => Volatile.Read(ref _isDisposed) ? throw new ObjectDisposedException(nameof(PackedSparse)) : _matrix;

    public override SparseWeights Unpack() => UnpackInt8().Dequantize();

    public override QuantizedSparseWeights UnpackInt8() => Matrix.UnpackSparse();

    public override void Dispose()
    {
        Volatile.Write(ref _isDisposed, true);
        _matrix.Dispose();
    }
}
