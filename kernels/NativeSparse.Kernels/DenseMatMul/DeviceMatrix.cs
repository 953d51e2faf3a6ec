namespace NativeSparse.Kernels;

/// <summary>
/// One matrix in a device's memory: row-major, rows of whole groups of four weights, with the table of one matrix that products read.
/// </summary>
internal sealed class DeviceMatrix : PackedMatrix
{
    private readonly DeviceTable _table;

    public DeviceMatrix(Device device, ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision)
        : base(inputWidth, outputWidth, precision)
    {
        var layout = new TileLayout(precision);
        layout.Add(weights, inputWidth, outputWidth);
        _table = new DeviceTable(device, layout);
    }

    public DeviceMatrix(Device device, QuantizedWeights weights)
        : base(weights.InputWidth, weights.OutputWidth, Precision.Int8)
    {
        var layout = new TileLayout(Precision.Int8);
        layout.Add(weights.Values.Span, weights.Scales.Span, weights.InputWidth, weights.OutputWidth);
        _table = new DeviceTable(device, layout);
    }

    /// <param name="table">A table of one matrix, which this owns from here on.</param>
    public DeviceMatrix(DeviceTable table)
        : base(table.Matrices[0].Inputs, table.Matrices[0].Columns, table.Precision) => _table = table;

    public DeviceTable Table => _table;

    public override string Version => _table.Device.VersionOf(Precision);

    public override long ByteCount => _table.ByteCount;

    public override void Unpack(Span<float> destination)
    {
        if (destination.Length < (long)InputWidth * OutputWidth)
        {
            throw new ArgumentException($"expected room for {(long)InputWidth * OutputWidth} values, got {destination.Length}", nameof(destination));
        }

        if (Precision == Precision.Int8)
        {
            UnpackInt8().Dequantize(destination);
            return;
        }

        _table.Load(0, destination);
    }

    public override QuantizedWeights UnpackInt8() =>
        Precision == Precision.Int8 ? _table.LoadInt8(0) : base.UnpackInt8();

    private protected override void Release() => _table.Dispose();
}
