using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Sparse int8 weights in a device's memory: their plain layout, and the scale and the sum of each output. Owns the memory.</summary>
internal sealed class DeviceQuantizedSparse : PackedSparse
{
    private readonly int _blockCount;
    private readonly nint _starts;
    private readonly nint _inputBlocks;
    private readonly nint _values;
    private readonly nint _columns;
    private readonly nint _part;

    public DeviceQuantizedSparse(Device device, QuantizedSparseWeights weights)
        : base(weights)
    {
        Device = device;
        BlockRows = weights.BlockRows;
        _blockCount = weights.InputBlocks.Length;
        var values = new sbyte[weights.Values.Length];
        var columns = new ColumnQuantum[OutputWidth];
        for (var n = 0; n < columns.Length; n++)
        {
            columns[n] = new ColumnQuantum { Scale = weights.Scales.Span[n], Sum = Copy(weights, n, values) };
        }

        _starts = DeviceUpload.Store(device, weights.Starts.Span);
        _inputBlocks = DeviceUpload.Store(device, weights.InputBlocks.Span);
        _values = DeviceUpload.Store<sbyte>(device, values);
        _columns = DeviceUpload.Store<ColumnQuantum>(device, columns);
        _part = DeviceUpload.Store<TileMatrix>(device, [new TileMatrix { Inputs = InputWidth }]);
    }

    public Device Device { get; }

    public int BlockRows { get; }

    /// <summary>Words of a rounded row.</summary>
    public int WordsOfRow => (InputWidth + QuantizedSparseWeights.BlockInputs - 1) / QuantizedSparseWeights.BlockInputs;

    public override string Version => DeviceDenseMatMul.VersionName;

    public override long ByteCount =>
        (((long)BlockRows + 1 + _blockCount + (2L * OutputWidth)) * sizeof(int)) + ValueCount;

    private int ValueCount => _blockCount * BlockHeight * QuantizedSparseWeights.BlockInputs;

    /// <summary>What a row is rounded as.</summary>
    public ArrayView<TileMatrix> Parts(in DeviceCall call) => call.Values<TileMatrix>(_part, 1);

    /// <summary>The operands of a product that come with the weights.</summary>
    public SparseInt8Operands Operands(in DeviceCall call)
    {
        ThrowIfDisposed();
        return new SparseInt8Operands
        {
            Starts = call.Values<int>(_starts, BlockRows + 1),
            Entries = _blockCount == 0 ? call.Values<int>(default) : call.Values<int>(_inputBlocks, _blockCount),
            Weights = _blockCount == 0 ? call.Values<int>(default) : call.Values<int>(_values, (long)_blockCount * BlockHeight),
            Columns = call.Values<ColumnQuantum>(_columns, OutputWidth),
        };
    }

    public override SparseWeights Unpack() => UnpackInt8().Dequantize();

    public override QuantizedSparseWeights UnpackInt8()
    {
        ThrowIfDisposed();
        var columns = DeviceUpload.Load<ColumnQuantum>(Device, _columns, OutputWidth);
        return new QuantizedSparseWeights(
            InputWidth,
            OutputWidth,
            BlockHeight,
            DeviceUpload.Load<int>(Device, _starts, BlockRows + 1),
            DeviceUpload.Load<int>(Device, _inputBlocks, _blockCount),
            DeviceUpload.Load<sbyte>(Device, _values, ValueCount),
            Array.ConvertAll(columns, column => column.Scale));
    }

    private protected override void Release()
    {
        lock (Device.Gate)
        {
            foreach (var address in (ReadOnlySpan<nint>)[_starts, _inputBlocks, _values, _columns, _part])
            {
                Device.Memory.Free(address);
            }
        }
    }

    /// <summary>The stored values of an output within K, and their sum. Rounded rows do not end in zeros: what lies beyond K is 0 here.</summary>
    private static int Copy(QuantizedSparseWeights weights, int output, Span<sbyte> values)
    {
        var (row, place) = Math.DivRem(output, weights.BlockHeight);
        var sum = 0;
        for (var block = weights.Starts.Span[row]; block < weights.Starts.Span[row + 1]; block++)
        {
            var first = weights.InputBlocks.Span[block] * QuantizedSparseWeights.BlockInputs;
            var inputs = Math.Min(QuantizedSparseWeights.BlockInputs, weights.InputWidth - first);
            for (var input = 0; input < inputs; input++)
            {
                var value = weights.Value(block, place, input);
                values[(((block * weights.BlockHeight) + place) * QuantizedSparseWeights.BlockInputs) + input] = value;
                sum += value;
            }
        }

        return sum;
    }
}
