namespace NativeSparse.Kernels;

/// <summary>Sparse weights in native memory: starts, inputs, values, as <see cref="SparseWeights"/> has them.</summary>
internal sealed unsafe class VectorSparse : PackedSparse
{
    private const int LineFloats = 16;

    private readonly NativeBuffer _buffer;
    private readonly int _rows;
    private readonly int _blocks;

    public VectorSparse(SparseWeights weights, string version)
        : base(weights)
    {
        Version = version;
        (_rows, _blocks) = (weights.BlockRows, weights.Inputs.Length);
        _buffer = new NativeBuffer(ValuesStart + ((nint)_blocks * BlockHeight));
        weights.Starts.Span.CopyTo(new Span<int>(Starts, _rows + 1));
        weights.Inputs.Span.CopyTo(new Span<int>(Inputs, _blocks));
        weights.Values.Span.CopyTo(new Span<float>(Values, _blocks * BlockHeight));
    }

    public override string Version { get; }

    public override long ByteCount => _buffer.ByteCount;

    /// <summary>Where the blocks of each row of them begin.</summary>
    public int* Starts => (int*)_buffer.Floats;

    /// <summary>The input of each block.</summary>
    public int* Inputs => Starts + _rows + 1;

    /// <summary>The values of each block, aligned to cache lines.</summary>
    public float* Values => _buffer.Floats + ValuesStart;

    private nint ValuesStart => (_rows + 1 + (nint)_blocks + LineFloats - 1) / LineFloats * LineFloats;

    public override SparseWeights Unpack()
    {
        var weights = new SparseWeights(
            InputWidth,
            OutputWidth,
            BlockHeight,
            new ReadOnlySpan<int>(Starts, _rows + 1).ToArray(),
            new ReadOnlySpan<int>(Inputs, _blocks).ToArray(),
            new ReadOnlySpan<float>(Values, _blocks * BlockHeight).ToArray());
        GC.KeepAlive(this);
        return weights;
    }

    public override void Dispose() => _buffer.Dispose();
}
