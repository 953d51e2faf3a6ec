namespace NativeSparse.Kernels;

/// <summary>
/// Experts in a device's memory: up and gate side by side, four columns by turns, so that one product computes both; down as a table of as many
/// matrices. Owns the memory.
/// </summary>
internal sealed class DeviceExperts : PackedExperts
{
    private readonly ExpertWeights? _biases;
    private readonly QuantizedExpertWeights? _integerBiases;
    private int _isDisposed;

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
            up.Add(columns, d, UpColumns, new TileMatrix { BiasStart = e * UpColumns });
            down.Add(Part(weights.Down, e, b * o), b, o, new TileMatrix { BiasStart = e * o });
        }

        (Up, Down) = (new DeviceTable(device, up), new DeviceTable(device, down));
        _biases = new ExpertWeights
        {
            Experts = Experts,
            InputWidth = d,
            ExpertWidth = b,
            OutputWidth = o,
            Activation = Activation,
            Up = default,
            UpBias = weights.UpBias.ToArray(),
            GateBias = weights.GateBias.ToArray(),
            Down = default,
            ExpertBias = weights.ExpertBias.ToArray(),
            Widths = weights.Widths.ToArray(),
        };
        (UpBias, ExpertBias, Widths) = Store(weights.UpBias.Span, weights.GateBias.Span, weights.ExpertBias.Span, weights.Widths.Span);
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
            up.Add(columns, scales, d, UpColumns, new TileMatrix { BiasStart = e * UpColumns });
            down.Add(Part(weights.Down, e, b * o), weights.DownScales.Span, b, o);
        }

        (Up, Down) = (new DeviceTable(device, up), new DeviceTable(device, down));
        _integerBiases = new QuantizedExpertWeights
        {
            Experts = Experts,
            InputWidth = d,
            ExpertWidth = b,
            OutputWidth = o,
            Activation = Activation,
            Up = default,
            UpScales = weights.UpScales.ToArray(),
            UpBias = weights.UpBias.ToArray(),
            GateScales = weights.GateScales.ToArray(),
            GateBias = weights.GateBias.ToArray(),
            Down = default,
            DownScales = weights.DownScales.ToArray(),
            ExpertBias = weights.ExpertBias.ToArray(),
            Widths = weights.Widths.ToArray(),
        };
        (UpBias, ExpertBias, Widths) = Store(weights.UpBias.Span, weights.GateBias.Span, weights.ExpertBias.Span, weights.Widths.Span);
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

    public override string Version => DeviceDenseMatMul.VersionName;

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
            UpBias = _biases!.UpBias,
            Gate = gate,
            GateBias = _biases.GateBias,
            Down = down,
            ExpertBias = _biases.ExpertBias,
            Widths = _biases.Widths,
        };
    }

    public override QuantizedExpertWeights UnpackInt8()
    {
        if (_integerBiases is not { } biases)
        {
            return base.UnpackInt8();
        }

        var (d, b, o) = (InputWidth, ExpertWidth, OutputWidth);
        var (up, gate, down) = (new sbyte[Experts * d * b], new sbyte[IsGated ? Experts * d * b : 0], new sbyte[Experts * b * o]);
        for (var e = 0; e < Experts; e++)
        {
            Separate(Up.LoadInt8(e).Values.Span, up.AsSpan(e * d * b, d * b), IsGated ? gate.AsSpan(e * d * b, d * b) : default, d);
            Down.LoadInt8(e).Values.Span.CopyTo(down.AsSpan(e * b * o));
        }

        return new QuantizedExpertWeights
        {
            Experts = Experts,
            InputWidth = d,
            ExpertWidth = b,
            OutputWidth = o,
            Activation = Activation,
            Up = up,
            UpScales = biases.UpScales,
            UpBias = biases.UpBias,
            Gate = gate,
            GateScales = biases.GateScales,
            GateBias = biases.GateBias,
            Down = down,
            DownScales = biases.DownScales,
            ExpertBias = biases.ExpertBias,
            Widths = biases.Widths,
        };
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

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

    private (nint UpBias, nint ExpertBias, nint Widths) Store(
        ReadOnlySpan<float> upBias, ReadOnlySpan<float> gateBias, ReadOnlySpan<float> expertBias, ReadOnlySpan<int> widths)
    {
        var up = upBias.IsEmpty && gateBias.IsEmpty ? 0 : DeviceUpload.Store<float>(Device, Interleave(upBias, gateBias, Experts));
        var expert = expertBias.IsEmpty ? 0 : DeviceUpload.Store(Device, expertBias);
        int[] all = widths.IsEmpty ? [.. Enumerable.Repeat(ExpertWidth, Experts)] : widths.ToArray();
        return (up, expert, DeviceUpload.Store<int>(Device, all));
    }
}
