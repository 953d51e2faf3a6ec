namespace NativeSparse.Kernels;

/// <summary>
/// Experts in a device's memory: up and gate side by side, four columns by turns, so that one product computes both; down as a table of as many
/// matrices. Owns the memory.
/// </summary>
internal sealed class DeviceExperts : PackedExperts
{
    private readonly float[] _upBias;
    private readonly float[] _gateBias;
    private readonly float[] _expertBias;
    private readonly int[] _widths;

    public DeviceExperts(Device device, ExpertWeights weights, Precision precision)
        : base(weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth, precision)
    {
        Device = device;
        Activation = weights.Activation;
        IsGated = !weights.Gate.IsEmpty;
        var (d, b, o) = (InputWidth, ExpertWidth, OutputWidth);
        var (up, down) = (new TileLayout(precision), new TileLayout(precision));
        for (var e = 0; e < Experts; e++)
        {
            var columns = Interleave(Part(weights.Up, e, d * b), Part(weights.Gate, e, d * b), d);
            up.Add(columns, d, UpColumns, new TileMatrix { BiasStart = e * UpColumns, Neurons = weights.Widths.IsEmpty ? b : weights.Widths.Span[e] });
            down.Add(Part(weights.Down, e, b * o), b, o, new TileMatrix { BiasStart = e * o });
        }

        (Up, Down) = (new DeviceTable(device, up), new DeviceTable(device, down));
        (_upBias, _gateBias) = (weights.UpBias.ToArray(), weights.GateBias.ToArray());
        (_expertBias, _widths) = (weights.ExpertBias.ToArray(), weights.Widths.ToArray());
        (UpBias, ExpertBias, Widths) = Store();
    }

    public DeviceExperts(Device device, QuantizedExpertWeights weights)
        : base(weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth, Precision.Int8)
    {
        if (weights.ExpertWidth > QuantizedWeights.MaxInputWidth)
        {
            throw new NotSupportedException($"{device.Name} has int8 experts of up to {QuantizedWeights.MaxInputWidth} neurons, these have {weights.ExpertWidth}");
        }

        Device = device;
        Activation = weights.Activation;
        IsGated = !weights.Gate.IsEmpty;
        var (d, b, o) = (InputWidth, ExpertWidth, OutputWidth);
        var (up, down) = (new TileLayout(Precision.Int8), new TileLayout(Precision.Int8));
        for (var e = 0; e < Experts; e++)
        {
            var columns = Interleave(Part(weights.Up, e, d * b), Part(weights.Gate, e, d * b), d);
            var scales = Interleave(Part(weights.UpScales, e, b), Part(weights.GateScales, e, b), 1);
            up.Add(columns, scales, d, UpColumns, new TileMatrix { BiasStart = e * UpColumns, Neurons = weights.Widths.IsEmpty ? b : weights.Widths.Span[e] });
            down.Add(Part(weights.Down, e, b * o), weights.DownScales.Span, b, o);
        }

        (Up, Down) = (new DeviceTable(device, up), new DeviceTable(device, down));
        (_upBias, _gateBias) = (weights.UpBias.ToArray(), weights.GateBias.ToArray());
        (_expertBias, _widths) = (weights.ExpertBias.ToArray(), weights.Widths.ToArray());
        (UpBias, ExpertBias, Widths) = Store();
    }

    public Device Device { get; }

    public Activation Activation { get; }

    public bool IsGated { get; }

    public DeviceTable Up { get; }

    public DeviceTable Down { get; }

    /// <summary>In the order of the up table's columns, or 0.</summary>
    public nint UpBias { get; }

    /// <summary><c>[E, O]</c>, or 0.</summary>
    public nint ExpertBias { get; }

    /// <summary><c>[E]</c>.</summary>
    public nint Widths { get; }

    /// <summary>Hidden values of a pair in memory: whole groups of four.</summary>
    public int HiddenStride => (ExpertWidth + 3) / 4 * 4;

    /// <summary>Columns of an expert's up matrix, its gate included.</summary>
    public int UpColumns => IsGated ? 2 * HiddenStride : ExpertWidth;

    public override string Version => Device.VersionOf(Precision);

    public override long ByteCount => Up.ByteCount + Down.ByteCount + (sizeof(float) * ((UpBias == 0 ? 0 : (long)Experts * UpColumns)
        + (ExpertBias == 0 ? 0 : (long)Experts * OutputWidth) + Experts));

    public override ExpertWeights Unpack()
    {
        if (Precision == Precision.Int8)
        {
            return UnpackInt8().Dequantize();
        }

        var (d, b, o) = (InputWidth, ExpertWidth, OutputWidth);
        var (up, gate, down) = (new float[Experts * d * b], new float[IsGated ? Experts * d * b : 0], new float[Experts * b * o]);
        var columns = new float[d * UpColumns];
        for (var e = 0; e < Experts; e++)
        {
            Up.Load(e, columns);
            Separate<float>(columns, up.AsSpan(e * d * b, d * b), IsGated ? gate.AsSpan(e * d * b, d * b) : default, d);
            Down.Load(e, down.AsSpan(e * b * o, b * o));
        }

        return new ExpertWeights
        {
            Experts = Experts,
            InputWidth = d,
            ExpertWidth = b,
            OutputWidth = o,
            Activation = Activation,
            Up = up,
            UpBias = _upBias,
            Gate = gate,
            GateBias = _gateBias,
            Down = down,
            ExpertBias = _expertBias,
            Widths = _widths,
        };
    }

    public override QuantizedExpertWeights UnpackInt8()
    {
        if (Precision != Precision.Int8)
        {
            return base.UnpackInt8();
        }

        var (d, b, o) = (InputWidth, ExpertWidth, OutputWidth);
        var (up, gate, down) = (new sbyte[Experts * d * b], new sbyte[IsGated ? Experts * d * b : 0], new sbyte[Experts * b * o]);
        var (upScales, gateScales, downScales) = (new float[Experts * b], new float[IsGated ? Experts * b : 0], Array.Empty<float>());
        for (var e = 0; e < Experts; e++)
        {
            var columns = Up.LoadInt8(e);
            Separate(columns.Values.Span, up.AsSpan(e * d * b, d * b), IsGated ? gate.AsSpan(e * d * b, d * b) : default, d);
            Separate(columns.Scales.Span, upScales.AsSpan(e * b, b), IsGated ? gateScales.AsSpan(e * b, b) : default, 1);
            var rows = Down.LoadInt8(e);
            rows.Values.Span.CopyTo(down.AsSpan(e * b * o));
            downScales = rows.Scales.ToArray();
        }

        return new QuantizedExpertWeights
        {
            Experts = Experts,
            InputWidth = d,
            ExpertWidth = b,
            OutputWidth = o,
            Activation = Activation,
            Up = up,
            UpScales = upScales,
            UpBias = _upBias,
            Gate = gate,
            GateScales = gateScales,
            GateBias = _gateBias,
            Down = down,
            DownScales = downScales,
            ExpertBias = _expertBias,
            Widths = _widths,
        };
    }

    private protected override void Release()
    {
        Up.Dispose();
        Down.Dispose();
        lock (Device.Gate)
        {
            foreach (var address in (ReadOnlySpan<nint>)[UpBias, ExpertBias, Widths])
            {
                if (address != 0)
                {
                    Device.Memory.Free(address);
                }
            }
        }
    }

    private static ReadOnlySpan<T> Part<T>(ReadOnlyMemory<T> all, int expert, int length) => all.IsEmpty ? default : all.Span.Slice(expert * length, length);

    /// <summary>Four columns of up and four of gate by turns.</summary>
    private T[] Interleave<T>(ReadOnlySpan<T> up, ReadOnlySpan<T> gate, int rows)
    {
        if (!IsGated)
        {
            return up.ToArray();
        }

        var result = new T[rows * UpColumns];
        for (var row = 0; row < rows; row++)
        {
            for (var h = 0; h < ExpertWidth; h++)
            {
                var place = (row * UpColumns) + (h / 4 * 8) + (h % 4);
                result[place] = up.IsEmpty ? default! : up[(row * ExpertWidth) + h];
                result[place + 4] = gate.IsEmpty ? default! : gate[(row * ExpertWidth) + h];
            }
        }

        return result;
    }

    private void Separate<T>(ReadOnlySpan<T> columns, Span<T> up, Span<T> gate, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var h = 0; h < ExpertWidth; h++)
            {
                var place = (row * UpColumns) + (IsGated ? (h / 4 * 8) + (h % 4) : h);
                up[(row * ExpertWidth) + h] = columns[place];
                if (IsGated)
                {
                    gate[(row * ExpertWidth) + h] = columns[place + 4];
                }
            }
        }
    }

    private (nint UpBias, nint ExpertBias, nint Widths) Store()
    {
        var hasUpBias = _upBias.Length + _gateBias.Length > 0;
        var up = hasUpBias ? DeviceUpload.Store<float>(Device, Interleave<float>(_upBias, _gateBias, Experts)) : 0;
        var expert = _expertBias.Length == 0 ? 0 : DeviceUpload.Store<float>(Device, _expertBias);
        int[] widths = _widths.Length == 0 ? [.. Enumerable.Repeat(ExpertWidth, Experts)] : _widths;
        return (up, expert, DeviceUpload.Store<int>(Device, widths));
    }
}
