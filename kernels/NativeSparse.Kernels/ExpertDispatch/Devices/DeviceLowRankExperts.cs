namespace NativeSparse.Kernels;

/// <summary>
/// Deltas in a device's memory: the first factors of up and gate side by side, so that one product computes both; ranks as whole groups of four,
/// zeros behind them; the scale is part of the second factors. Owns the memory.
/// </summary>
internal sealed class DeviceLowRankExperts : LowRankExperts
{
    public DeviceLowRankExperts(Device device, LowRankWeights weights)
        : base(weights)
    {
        Device = device;
        var (d, h, o) = (InputWidth, HiddenWidth, OutputWidth);
        var scale = weights.Scale;
        GatePlace = weights.UpIn.IsEmpty ? 0 : RankStride;
        LowStride = GatePlace + (weights.GateIn.IsEmpty ? 0 : RankStride);
        In = First(weights.UpIn, weights.GateIn, d);
        UpOut = Second(weights.UpOut, h, scale, 0);
        GateOut = Second(weights.GateOut, h, scale, GatePlace);
        DownIn = First(weights.DownIn, default, h);
        DownOut = Second(weights.DownOut, o, scale, 0);
    }

    public Device Device { get; }

    /// <summary>Low-rank values of one projection of a pair in memory.</summary>
    public int RankStride => (Rank + 3) / 4 * 4;

    /// <summary>Low-rank values of up and gate of a pair.</summary>
    public int LowStride { get; }

    /// <summary>First factors of up and gate; null: neither has a delta.</summary>
    public DeviceTable? In { get; }

    public DeviceTable? UpOut { get; }

    public DeviceTable? GateOut { get; }

    public DeviceTable? DownIn { get; }

    public DeviceTable? DownOut { get; }

    public override string Version => DeviceDenseMatMul.VersionName;

    public override long ByteCount => Tables.Sum(table => table.ByteCount);

    private int GatePlace { get; }

    private IEnumerable<DeviceTable> Tables => new[] { In, UpOut, GateOut, DownIn, DownOut }.OfType<DeviceTable>();

    private protected override void Release()
    {
        foreach (var table in Tables)
        {
            table.Dispose();
        }
    }

    /// <summary><c>[inputs, R]</c> of each expert, of both projections side by side.</summary>
    private DeviceTable? First(ReadOnlyMemory<float> left, ReadOnlyMemory<float> right, int inputs)
    {
        ReadOnlyMemory<float>[] parts = [.. new[] { left, right }.Where(part => !part.IsEmpty)];
        if (parts.Length == 0)
        {
            return null;
        }

        var (layout, columns) = (new TileLayout(Precision.Float32), parts.Length * RankStride);
        var matrix = new float[inputs * columns];
        for (var e = 0; e < Experts; e++)
        {
            for (var part = 0; part < parts.Length; part++)
            {
                for (var k = 0; k < inputs; k++)
                {
                    parts[part].Span.Slice(((e * inputs) + k) * Rank, Rank).CopyTo(matrix.AsSpan((k * columns) + (part * RankStride)));
                }
            }

            layout.Add(matrix, inputs, columns);
        }

        return new DeviceTable(Device, layout);
    }

    /// <summary><c>[R, outputs]</c> of each expert.</summary>
    private DeviceTable? Second(ReadOnlyMemory<float> all, int outputs, float scale, int place)
    {
        if (all.IsEmpty)
        {
            return null;
        }

        var layout = new TileLayout(Precision.Float32);
        var matrix = new float[RankStride * outputs];
        for (var e = 0; e < Experts; e++)
        {
            var values = all.Span.Slice(e * Rank * outputs, Rank * outputs);
            for (var i = 0; i < values.Length; i++)
            {
                matrix[i] = values[i] * scale;
            }

            layout.Add(matrix, RankStride, outputs, new TileMatrix { InputStart = place });
        }

        return new DeviceTable(Device, layout);
    }
}
