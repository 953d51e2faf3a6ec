namespace NativeSparse.Kernels;

/// <summary>Weights <c>[K, N]</c> packed in panels.</summary>
internal sealed unsafe class PanelMatrix : PackedMatrix
{
    private readonly NativeBuffer _buffer;

    public PanelMatrix(ReadOnlySpan<float> weights, PanelShape shape, string version)
        : base(shape.InputWidth, shape.OutputWidth, Precision.Float32)
    {
        Shape = shape;
        Version = version;
        _buffer = new NativeBuffer(shape.Length);
        shape.Pack(weights, _buffer.Floats);
    }

    public override string Version { get; }

    public PanelShape Shape { get; }

    public float* Weights => _buffer.Floats;

    public override long ByteCount => _buffer.ByteCount;

    public override void Unpack(Span<float> destination)
    {
        var length = (long)InputWidth * OutputWidth;
        if (destination.Length < length)
        {
            throw new ArgumentException($"expected room for {length} values, got {destination.Length}", nameof(destination));
        }

        Shape.Unpack(Weights, destination);
        GC.KeepAlive(this);
    }

    public override void Dispose() => _buffer.Dispose();
}
