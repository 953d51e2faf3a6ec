namespace NativeSparse.Kernels;

/// <summary>
/// The blocks of a block-diagonal matrix <c>[K, N]</c> in a backend's layout at one precision. Immutable, shared by concurrent runs; owns the
/// blocks until disposed. Dispose when no run uses it any more: kernels read the memory without a lock.
/// </summary>
public sealed class PackedBlockDiagonal : PackedOperand
{
    private readonly PackedMatrix[] _blocks;
    private readonly int[] _inputStarts;
    private readonly int[] _outputStarts;

    /// <param name="blocks">The blocks.</param>
    /// <param name="joint">What holds all of them where they lie in one piece of memory; disposed with this.</param>
    internal PackedBlockDiagonal(PackedMatrix[] blocks, IDisposable? joint = null)
    {
        Joint = joint;
        _blocks = blocks;
        _inputStarts = new int[blocks.Length];
        _outputStarts = new int[blocks.Length];
        for (var b = 0; b < blocks.Length; b++)
        {
            (_inputStarts[b], _outputStarts[b]) = (InputWidth, OutputWidth);
            InputWidth += blocks[b].InputWidth;
            OutputWidth += blocks[b].OutputWidth;
            WidestInput = Math.Max(WidestInput, blocks[b].InputWidth);
            WidestOutput = Math.Max(WidestOutput, blocks[b].OutputWidth);
            WeightCount += (long)blocks[b].InputWidth * blocks[b].OutputWidth;
        }
    }

    /// <summary>Number of blocks.</summary>
    public int Count => _blocks.Length;

    /// <summary>K: the inputs of all blocks.</summary>
    public int InputWidth { get; }

    /// <summary>N: the outputs of all blocks.</summary>
    public int OutputWidth { get; }

    /// <summary>How the weights are held.</summary>
    public Precision Precision => _blocks[0].Precision;

    /// <summary>Which version of the kernels multiplies with them, for reports.</summary>
    public string Version => _blocks[0].Version;

    /// <summary>Weights of all blocks.</summary>
    public long WeightCount { get; }

    /// <summary>Bytes held.</summary>
    public long ByteCount
    {
        get
        {
            var sum = 0L;
            foreach (var block in _blocks)
            {
                sum += block.ByteCount;
            }

            return sum;
        }
    }

    internal IDisposable? Joint { get; }

    internal int WidestInput { get; }

    internal int WidestOutput { get; }

    /// <summary>One block, for its size and for its weights in a plain layout; it stays owned by this.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such block.</exception>
    public PackedMatrix Block(int index) => _blocks[index];

    /// <summary>The first input of a block.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such block.</exception>
    public int InputStart(int index) => _inputStarts[index];

    /// <summary>The first output of a block.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such block.</exception>
    public int OutputStart(int index) => _outputStarts[index];

    private protected override void Release()
    {
        Array.ForEach(_blocks, block => block.Dispose());
        Joint?.Dispose();
    }
}
