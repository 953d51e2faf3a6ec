namespace NativeSparse.Kernels;

/// <summary>One block of a table in a device's memory: for its size and its weights in a plain layout. The table owns the memory.</summary>
internal sealed class DeviceBlock(DeviceTable table, int index)
    : PackedMatrix(table.Matrices[index].Inputs, table.Matrices[index].Columns, table.Precision)
{
    public override string Version => DeviceDenseMatMul.VersionName;

    public override long ByteCount => table.ByteCountOf(index);

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

        table.Load(index, destination);
    }

    public override QuantizedWeights UnpackInt8() => Precision == Precision.Int8 ? table.LoadInt8(index) : base.UnpackInt8();

    public override void Dispose()
    {
    }
}
