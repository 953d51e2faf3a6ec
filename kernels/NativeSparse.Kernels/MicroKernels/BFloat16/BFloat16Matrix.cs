namespace NativeSparse.Kernels;

/// <summary>Weights <c>[K, N]</c> packed in the panels of float32 ones, as bfloat16.</summary>
internal sealed unsafe class BFloat16Matrix : PackedMatrix
{
    private readonly NativeBuffer _buffer;

    public BFloat16Matrix(ReadOnlySpan<float> weights, PanelShape shape, string version)
        : base(shape.InputWidth, shape.OutputWidth, Precision.BFloat16)
    {
        Shape = shape;
        Version = version;
        _buffer = new NativeBuffer((shape.Length + 1) / 2);
        using var panels = new NativeBuffer(shape.Length);
        shape.Pack(weights, panels.Floats);
        for (nint i = 0; i < shape.Length; i++)
        {
            Weights[i] = BFloat16Rounding.Round(panels.Floats[i]);
        }
    }

    public override string Version { get; }

    public PanelShape Shape { get; }

    public ushort* Weights => (ushort*)_buffer.Floats;

    public override long ByteCount => _buffer.ByteCount;

    public override void Unpack(Span<float> destination)
    {
        var length = (long)InputWidth * OutputWidth;
        if (destination.Length < length)
        {
            throw new ArgumentException($"expected room for {length} values, got {destination.Length}", nameof(destination));
        }

        using var panels = new NativeBuffer(Shape.Length);
        for (nint i = 0; i < Shape.Length; i++)
        {
            panels.Floats[i] = BFloat16Rounding.Widen(Weights[i]);
        }

        Shape.Unpack(panels.Floats, destination);
        GC.KeepAlive(this);
    }

    public override void Dispose() => _buffer.Dispose();
}
