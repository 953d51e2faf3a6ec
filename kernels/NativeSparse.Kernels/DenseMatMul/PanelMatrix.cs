namespace NativeSparse.Kernels;

/// <summary>Weights <c>[K, N]</c> packed in panels of float32 or bfloat16.</summary>
internal sealed unsafe class PanelMatrix : PackedMatrix
{
    private readonly PanelBuffer _panels;

    public PanelMatrix(ReadOnlySpan<float> weights, PanelShape shape, string version, Precision precision = Precision.Float32)
        : base(shape.InputWidth, shape.OutputWidth, precision)
    {
        Shape = shape;
        Version = version;
        _panels = new PanelBuffer(precision, shape.Length);
        _panels.Pack(weights, shape, 0);
    }

    public override string Version { get; }

    public PanelShape Shape { get; }

    public void* Weights => _panels.At(0);

    public override long ByteCount => _panels.ByteCount;

    public override void Unpack(Span<float> destination)
    {
        var length = (long)InputWidth * OutputWidth;
        if (destination.Length < length)
        {
            throw new ArgumentException($"expected room for {length} values, got {destination.Length}", nameof(destination));
        }

        _panels.Unpack(Shape, 0, destination);
        GC.KeepAlive(this);
    }

    private protected override void Release() => _panels.Dispose();
}
