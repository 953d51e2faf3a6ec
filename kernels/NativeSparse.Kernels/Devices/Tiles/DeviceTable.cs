using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>Matrices in a device's memory with the table that products read. Owns the memory.</summary>
internal sealed class DeviceTable : IDisposable
{
    private readonly Device _device;
    private readonly TileMatrix[] _matrices;
    private readonly nint _weights;
    private readonly nint _columns;
    private readonly nint _table;
    private readonly long _weightBytes;
    private readonly int _columnCount;
    private readonly bool _isPart;
    private int _isDisposed;

    public DeviceTable(Device device, TileLayout layout)
    {
        _device = device;
        Precision = layout.Precision;
        _matrices = [.. layout.Matrices];
        _weightBytes = layout.Weights.Length;
        _columnCount = layout.Columns.Length;
        _weights = DeviceUpload.Store(device, layout.Weights);
        _columns = DeviceUpload.Store(device, layout.Columns);
        _table = DeviceUpload.Store<TileMatrix>(device, _matrices);
        HasWholeGroups = _matrices.All(matrix => matrix.Inputs % 4 == 0);
        IsAligned = _matrices.All(matrix => matrix.InputStart % 4 == 0 && matrix.Inputs % 4 == 0);
        IsSourceAligned = _matrices.All(matrix => matrix.SourceStart % 4 == 0 && matrix.Inputs % 4 == 0);
        WidestColumns = _matrices.Max(matrix => matrix.Columns);
        MostInputs = _matrices.Max(matrix => matrix.Inputs);
    }

    private DeviceTable(DeviceTable all, int index)
    {
        _device = all._device;
        _isPart = true;
        Precision = all.Precision;
        var matrix = all._matrices[index];
        _matrices =
        [
            new TileMatrix { Start = matrix.Start, Stride = matrix.Stride, Inputs = matrix.Inputs, Columns = matrix.Columns, ColumnStart = matrix.ColumnStart },
        ];
        (_weightBytes, _columnCount, _weights, _columns) = (all._weightBytes, all._columnCount, all._weights, all._columns);
        _table = DeviceUpload.Store<TileMatrix>(_device, _matrices);
        HasWholeGroups = IsAligned = IsSourceAligned = matrix.Inputs % 4 == 0;
        (WidestColumns, MostInputs) = (matrix.Columns, matrix.Inputs);
    }

    public Device Device => _device;

    public Precision Precision { get; }

    public IReadOnlyList<TileMatrix> Matrices => _matrices;

    public int WidestColumns { get; }

    public int MostInputs { get; }

    /// <summary>Whether the inputs of every matrix are whole groups of four.</summary>
    public bool HasWholeGroups { get; }

    /// <summary>Whether the inputs of every matrix are whole groups of four of a row.</summary>
    public bool IsAligned { get; }

    /// <summary>The same of rows before they are rounded.</summary>
    public bool IsSourceAligned { get; }

    /// <summary>Whether a product may compute this table's only matrix and another's at once, four columns by turns.</summary>
    public bool IsPairOf(DeviceTable other) =>
        _matrices.Length == 1 && other._matrices.Length == 1 && Precision == other.Precision
        && _matrices[0] is var own && other._matrices[0] is var second
        && (own.Start, own.ColumnStart, own.Inputs, own.Columns) == (second.Start, second.ColumnStart, second.Inputs, second.Columns);

    public long ByteCount
    {
        get
        {
            var sum = 0L;
            foreach (var matrix in _matrices)
            {
                sum += (4L * matrix.Inputs * matrix.Stride * TileLayout.BytesOf(Precision)) + (_columnCount == 0 ? 0 : 2L * matrix.Columns * sizeof(int));
            }

            return sum;
        }
    }

    /// <summary>One of the matrices by itself, for as long as this lives; the weights stay this table's.</summary>
    public DeviceTable Part(int index) => new(this, index);

    /// <summary>The operands of a product that come with the weights; the others are some memory that is not read.</summary>
    public TileOperands<TInput, TWeight> Operands<TInput, TWeight>(in DeviceCall call)
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, typeof(PackedMatrix));
        var columns = _columnCount == 0 ? call.Values<ColumnQuantum>(default) : call.Values<ColumnQuantum>(_columns, _columnCount);
        var weights = call.Values<TWeight>(_weights, _weightBytes / Marshal.SizeOf<TWeight>());
        return new TileOperands<TInput, TWeight>
        {
            Matrices = call.Values<TileMatrix>(_table, _matrices.Length),
            Weights = weights,
            ColumnQuanta = columns,
            Spans = call.Values<TileSpan>(default),
            Index = call.Values<int>(default),
            Inputs = call.Values<TInput>(default),
            RowQuanta = call.Values<RowQuantum>(default),
            Bias = call.Values<float>(default),
            Multiplier = call.Values<float>(default),
            Outputs = call.Values<float>(default),
            Gates = weights,
            GateQuanta = columns,
            GateBias = call.Values<float>(default),
            Ranges = call.Values<RowRange>(default),
            OutputRanges = call.Values<RowRange>(default),
            Counts = call.Values<int>(default),
            Slots = call.Values<int>(default),
            Factors = call.Values<float>(default),
        };
    }

    /// <summary>The table alone.</summary>
    public ILGPU.ArrayView<TileMatrix> Parts(in DeviceCall call) => call.Values<TileMatrix>(_table, _matrices.Length);

    /// <summary>One matrix back, row-major; float32 and bfloat16.</summary>
    public void Load(int index, Span<float> destination)
    {
        var bytes = LoadBytes();
        var matrix = _matrices[index];
        for (var k = 0; k < matrix.Inputs; k++)
        {
            var start = 4 * (matrix.Start + (k * matrix.Stride));
            var row = destination.Slice(k * matrix.Columns, matrix.Columns);
            if (Precision == Precision.Float32)
            {
                MemoryMarshal.Cast<byte, float>(bytes).Slice(start, matrix.Columns).CopyTo(row);
                continue;
            }

            var halves = MemoryMarshal.Cast<byte, ushort>(bytes).Slice(start, matrix.Columns);
            for (var n = 0; n < row.Length; n++)
            {
                row[n] = BFloat16Rounding.Widen(halves[n]);
            }
        }
    }

    /// <summary>One 8-bit matrix back.</summary>
    public QuantizedWeights LoadInt8(int index)
    {
        var bytes = LoadBytes();
        var matrix = _matrices[index];
        var values = new sbyte[matrix.Inputs * matrix.Columns];
        for (var k = 0; k < matrix.Inputs; k++)
        {
            MemoryMarshal.Cast<byte, sbyte>(bytes).Slice(4 * (matrix.Start + (k * matrix.Stride)), matrix.Columns).CopyTo(values.AsSpan(k * matrix.Columns));
        }

        var columns = DeviceUpload.Load<ColumnQuantum>(_device, _columns, _columnCount);
        return new QuantizedWeights(
            values, columns.AsSpan(matrix.ColumnStart, matrix.Columns).ToArray().Select(column => column.Scale).ToArray(), matrix.Inputs, matrix.Columns);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        lock (_device.Gate)
        {
            _device.Memory.Free(_table);
            if (!_isPart)
            {
                _device.Memory.Free(_weights);
                _device.Memory.Free(_columns);
            }
        }
    }

    private byte[] LoadBytes()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, typeof(PackedMatrix));
        return DeviceUpload.Load<byte>(_device, _weights, checked((int)_weightBytes));
    }
}
