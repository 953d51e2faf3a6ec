namespace NativeSparse.Kernels;

/// <summary>
/// Sparse weights in native memory, in the order in which a group of tokens meets them: strip of outputs by strip, in it block of inputs by block,
/// whose activations stay in the first-level cache while the strip's outputs take what they need of them.
/// </summary>
internal sealed unsafe class VectorSparse : PackedSparse
{
    private const int LineFloats = 16;

    private readonly NativeBuffer _buffer;
    private readonly int _segments;
    private readonly int _entries;

    /// <param name="weights">The weights.</param>
    /// <param name="stripOutputs">Outputs of a strip: a whole number of blocks of outputs.</param>
    /// <param name="mostInputs">Most inputs of a block: at most 65,536.</param>
    /// <param name="version">Which version of the kernels.</param>
    public VectorSparse(SparseWeights weights, int stripOutputs, int mostInputs, string version)
        : base(weights)
    {
        Version = version;
        StripOutputs = stripOutputs;
        StripRows = stripOutputs / BlockHeight;
        Strips = (OutputWidth + stripOutputs - 1) / stripOutputs;
        InputBlocks = (InputWidth + mostInputs - 1) / mostInputs;
        BlockInputs = (InputWidth + InputBlocks - 1) / InputBlocks;
        (_segments, _entries) = (Strips * InputBlocks * StripRows, weights.Inputs.Length);
        _buffer = new NativeBuffer(ValuesStart + ((nint)_entries * BlockHeight));
        Copy(weights);
    }

    public override string Version { get; }

    public override long ByteCount => _buffer.ByteCount;

    /// <summary>Outputs of a strip.</summary>
    public int StripOutputs { get; }

    /// <summary>Blocks of outputs of a strip; the last strip has empty ones where there are no more outputs.</summary>
    public int StripRows { get; }

    /// <summary>Strips of outputs.</summary>
    public int Strips { get; }

    /// <summary>Inputs of a block.</summary>
    public int BlockInputs { get; }

    /// <summary>Blocks of inputs.</summary>
    public int InputBlocks { get; }

    /// <summary><c>[strip][block of inputs][row of the strip]</c>: where each one's entries begin; then where the last one's end.</summary>
    public int* Starts => (int*)_buffer.Floats;

    /// <summary>The input of each entry, counted from the first of its block.</summary>
    public ushort* Inputs => (ushort*)(Starts + _segments + 1);

    /// <summary>The values of each entry, aligned to cache lines.</summary>
    public float* Values => _buffer.Floats + ValuesStart;

    private nint ValuesStart => (_segments + 1 + (((nint)_entries + 1) / 2) + LineFloats - 1) / LineFloats * LineFloats;

    public override SparseWeights Unpack()
    {
        var rows = (OutputWidth + BlockHeight - 1) / BlockHeight;
        var (starts, inputs, values) = (new int[rows + 1], new int[_entries], new float[_entries * BlockHeight]);
        var count = 0;
        for (var row = 0; row < rows; row++)
        {
            for (var block = 0; block < InputBlocks; block++)
            {
                var segment = Segment(row, block);
                for (var entry = Starts[segment]; entry < Starts[segment + 1]; entry++, count++)
                {
                    inputs[count] = (block * BlockInputs) + Inputs[entry];
                    new ReadOnlySpan<float>(Values + ((nint)entry * BlockHeight), BlockHeight).CopyTo(values.AsSpan(count * BlockHeight));
                }
            }

            starts[row + 1] = count;
        }

        GC.KeepAlive(this);
        return new SparseWeights(InputWidth, OutputWidth, BlockHeight, starts, inputs, values);
    }

    private protected override void Release() => _buffer.Dispose();

    private int Segment(int row, int block) => ((((row / StripRows) * InputBlocks) + block) * StripRows) + (row % StripRows);

    private void Copy(SparseWeights weights)
    {
        var starts = weights.Starts.Span;
        var inputs = weights.Inputs.Span;
        var values = weights.Values.Span;
        new Span<int>(Starts, _segments + 1).Clear();
        for (var row = 0; row < weights.BlockRows; row++)
        {
            foreach (var input in inputs[starts[row]..starts[row + 1]])
            {
                Starts[Segment(row, input / BlockInputs) + 1]++;
            }
        }

        for (var segment = 0; segment < _segments; segment++)
        {
            Starts[segment + 1] += Starts[segment];
        }

        for (var row = 0; row < weights.BlockRows; row++)
        {
            var (from, end) = (starts[row], starts[row + 1]);
            for (var block = 0; block < InputBlocks; block++)
            {
                for (var entry = Starts[Segment(row, block)]; from < end && inputs[from] / BlockInputs == block; from++, entry++)
                {
                    Inputs[entry] = (ushort)(inputs[from] - (block * BlockInputs));
                    values.Slice(from * BlockHeight, BlockHeight).CopyTo(new Span<float>(Values + ((nint)entry * BlockHeight), BlockHeight));
                }
            }
        }
    }
}
