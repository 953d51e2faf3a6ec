namespace NativeSparse.Kernels;

/// <summary>Memory for panels of float32 or bfloat16 weights; zeros where nothing was packed.</summary>
internal sealed unsafe class PanelBuffer : IDisposable
{
    private readonly NativeBuffer _buffer;

    /// <param name="precision">float32 or bfloat16.</param>
    /// <param name="length">Values, a whole number of lines.</param>
    public PanelBuffer(Precision precision, nint length)
    {
        Precision = precision;
        _buffer = new NativeBuffer(length * Bytes / sizeof(float));
    }

    public Precision Precision { get; }

    public nint ByteCount => _buffer.ByteCount;

    private int Bytes => Precision == Precision.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>The address of a line, <paramref name="start"/> values from the first one.</summary>
    public void* At(nint start) => (byte*)_buffer.Floats + (start * Bytes);

    /// <summary>Packs a matrix behind the first <paramref name="start"/> values.</summary>
    public void Pack(ReadOnlySpan<float> weights, in PanelShape shape, nint start)
    {
        if (Precision == Precision.Float32)
        {
            shape.Pack(weights, (float*)At(start));
            return;
        }

        using var panels = new NativeBuffer(shape.Length);
        shape.Pack(weights, panels.Floats);
        BFloat16Panels.Round(panels.Floats, shape.Length, shape.Panel, (ushort*)At(start));
    }

    /// <summary>The matrix behind the first <paramref name="start"/> values, row-major.</summary>
    public void Unpack(in PanelShape shape, nint start, Span<float> destination)
    {
        if (Precision == Precision.Float32)
        {
            shape.Unpack((float*)At(start), destination);
            return;
        }

        using var panels = new NativeBuffer(shape.Length);
        BFloat16Panels.Widen((ushort*)At(start), shape.Length, shape.Panel, panels.Floats);
        shape.Unpack(panels.Floats, destination);
    }

    public void Dispose() => _buffer.Dispose();
}
