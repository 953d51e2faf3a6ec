namespace NativeSparse.Kernels;

/// <summary>
/// Sparse int8 weights in the panels of one tile: for each panel the groups of four inputs that any of its columns stores,
/// <c>[groups][4 / depth][columns][depth]</c>, zeros where a column stores none, and where in a rounded row each of them begins; the scale and the
/// sum of each column. Owns its memory.
/// </summary>
internal sealed unsafe class SparseInt8Matrix : PackedMatrix, IInt8PanelMatrix
{
    private readonly int _blockHeight;
    private readonly int[] _starts;
    private readonly int[] _inputBlocks;
    private readonly int[] _panelStarts;
    private readonly NativeBuffer _weights;
    private readonly NativeBuffer _columns;
    private readonly NativeBuffer _groups;

    public SparseInt8Matrix(QuantizedSparseWeights weights, Int8Tile tile)
        : base(weights.InputWidth, weights.OutputWidth, Precision.Int8)
    {
        Tile = tile;
        Panels = (OutputWidth + tile.Columns - 1) / tile.Columns;
        _blockHeight = weights.BlockHeight;
        _starts = weights.Starts.ToArray();
        _inputBlocks = weights.InputBlocks.ToArray();
        _panelStarts = new int[Panels + 1];
        var groups = new List<int>();
        for (var panel = 0; panel < Panels; panel++)
        {
            groups.AddRange(GroupsOf(panel));
            _panelStarts[panel + 1] = groups.Count;
        }

        _groups = new NativeBuffer(groups.Count);
        for (var i = 0; i < groups.Count; i++)
        {
            FirstGroup[i] = GroupOffset(groups[i]);
        }

        _weights = new NativeBuffer((nint)groups.Count * tile.Columns);
        _columns = new NativeBuffer(2 * (nint)Panels * tile.Columns);
        weights.Scales.Span.CopyTo(new Span<float>(Scales(0), OutputWidth));
        Fill(weights);
    }

    public override string Version => Tile.Name;

    /// <summary>The version that reads these panels.</summary>
    public Int8Tile Tile { get; }

    public int Panels { get; }

    public override long ByteCount =>
        (long)_weights.ByteCount + _columns.ByteCount + _groups.ByteCount + ((_starts.Length + _inputBlocks.Length + (long)_panelStarts.Length) * sizeof(int));

    private int* FirstGroup => (int*)_groups.Floats;

    public sbyte* Panel(int panel) => (sbyte*)_weights.Floats + ((nint)_panelStarts[panel] * Tile.Columns * Int8Tile.GroupInputs);

    /// <summary>Where in a rounded row the groups of a panel begin, in bytes.</summary>
    public int* Groups(int panel) => FirstGroup + _panelStarts[panel];

    public int GroupCount(int panel) => _panelStarts[panel + 1] - _panelStarts[panel];

    public float* Scales(int panel) => _columns.Floats + ((nint)panel * Tile.Columns);

    /// <summary>As the tile reads them.</summary>
    public int* Sums(int panel) => (int*)_columns.Floats + (((nint)Panels + panel) * Tile.Columns);

    public void Multiply(ref Int8TileCall call, int panel)
    {
        call.Groups = Groups(panel);
        call.GroupCount = GroupCount(panel);
        Tile.RunGroups(call);
    }

    /// <summary>The weights as they were packed.</summary>
    public QuantizedSparseWeights UnpackSparse()
    {
        var values = new sbyte[_inputBlocks.Length * _blockHeight * QuantizedSparseWeights.BlockInputs];
        ForEach((block, output, n, input) =>
            values[(((block * _blockHeight) + output) * QuantizedSparseWeights.BlockInputs) + input] = *Place(n, _inputBlocks[block], input));
        var scales = new ReadOnlySpan<float>(Scales(0), OutputWidth).ToArray();
        GC.KeepAlive(this);
        return new QuantizedSparseWeights(InputWidth, OutputWidth, _blockHeight, _starts, _inputBlocks, values, scales);
    }

    public override void Unpack(Span<float> destination) => UnpackInt8().Dequantize(destination);

    public override QuantizedWeights UnpackInt8() => UnpackSparse().ToDense();

    private protected override void Release()
    {
        _weights.Dispose();
        _columns.Dispose();
        _groups.Dispose();
    }

    private void Fill(QuantizedSparseWeights weights)
    {
        var sums = new int[Panels * Tile.Columns];
        ForEach((block, output, n, input) =>
        {
            var value = weights.Value(block, output, input);
            *Place(n, _inputBlocks[block], input) = value;
            sums[n] += value;
        });
        for (var n = 0; n < sums.Length; n++)
        {
            Sums(0)[n] = Tile.EncodeSum(sums[n]);
        }
    }

    private int GroupOffset(int inputBlock) => inputBlock * (Int8Tile.GroupInputs / Tile.Depth) * sizeof(int);

    /// <summary>The input blocks that the outputs of a panel store, ascending.</summary>
    private IEnumerable<int> GroupsOf(int panel)
    {
        var first = panel * Tile.Columns / _blockHeight;
        var last = (Math.Min((panel + 1) * Tile.Columns, OutputWidth) - 1) / _blockHeight;
        return _inputBlocks[_starts[first].._starts[last + 1]].Distinct().Order();
    }

    /// <summary>Calls with block, output in the block, output, and input in the block, for all stored values within K and N.</summary>
    private void ForEach(Action<int, int, int, int> visit)
    {
        for (var row = 0; row < _starts.Length - 1; row++)
        {
            var outputs = Math.Min(_blockHeight, OutputWidth - (row * _blockHeight));
            for (var block = _starts[row]; block < _starts[row + 1]; block++)
            {
                var inputs = Math.Min(Int8Tile.GroupInputs, InputWidth - (_inputBlocks[block] * Int8Tile.GroupInputs));
                for (var i = 0; i < outputs * inputs; i++)
                {
                    visit(block, i / inputs, (row * _blockHeight) + (i / inputs), i % inputs);
                }
            }
        }
    }

    private sbyte* Place(int n, int inputBlock, int input)
    {
        var (panel, column) = (n / Tile.Columns, n % Tile.Columns);
        var group = new ReadOnlySpan<int>(Groups(panel), GroupCount(panel)).BinarySearch(GroupOffset(inputBlock));
        var step = ((group * Int8Tile.GroupInputs) + input) / Tile.Depth;
        return Panel(panel) + ((((nint)step * Tile.Columns) + column) * Tile.Depth) + (input % Tile.Depth);
    }
}
