using System.Buffers.Binary;

namespace NativeSparse.Kernels;

/// <summary>int4 weights in panels of 16 columns, in the layout that <see cref="Int4TileEmitter"/> states; every version reads the same.</summary>
internal sealed unsafe class Int4Matrix : PackedMatrix
{
    private const int Columns = Int4Tile.Columns;
    private const int Group = QuantizedInt4Weights.Group;
    private const int HighHalf = 16;

    private readonly NativeBuffer _panels;
    private readonly NativeBuffer _groups;
    private readonly NativeBuffer _sums;

    public Int4Matrix(QuantizedInt4Weights weights, bool hasGroupScales, Int4Tile tile)
        : base(weights.InputWidth, weights.OutputWidth, Precision.Int4)
    {
        Tile = tile;
        HasGroupScales = hasGroupScales;
        Panels = (OutputWidth + Columns - 1) / Columns;
        GroupCount = (QuantizedInt4Weights.Groups(InputWidth) + 1) / 2 * 2;
        _panels = new NativeBuffer((nint)Panels * GroupCount * Int4Group.WeightBytes / sizeof(float));
        _groups = new NativeBuffer((nint)Panels * GroupCount / 2 * Int4Group.PairBytes / sizeof(float));
        _sums = new NativeBuffer((nint)Panels * Columns);
        Fill(weights);
    }

    public override string Version => Tile.Name;

    public Int4Tile Tile { get; }

    /// <summary>Whether every group of a row is rounded with a scale of its own.</summary>
    public bool HasGroupScales { get; }

    public int Panels { get; }

    /// <summary>Groups of 32 inputs, filled up to an even number.</summary>
    public int GroupCount { get; }

    public override long ByteCount => _panels.ByteCount + _groups.ByteCount + _sums.ByteCount;

    public byte* Weights(int panel) => (byte*)_panels.Floats + ((nint)panel * GroupCount * Int4Group.WeightBytes);

    public byte* Groups(int panel) => (byte*)_groups.Floats + ((nint)panel * GroupCount / 2 * Int4Group.PairBytes);

    /// <summary>The sum of each column's dequantized weights.</summary>
    public float* Sums(int panel) => _sums.Floats + (panel * Columns);

    public override void Unpack(Span<float> destination) => UnpackInt4().Dequantize(destination);

    public override QuantizedInt4Weights UnpackInt4()
    {
        var groups = QuantizedInt4Weights.Groups(InputWidth);
        var values = new byte[InputWidth * OutputWidth];
        var (scales, zeros) = (new Half[groups * OutputWidth], new byte[groups * OutputWidth]);
        for (var n = 0; n < OutputWidth; n++)
        {
            for (var k = 0; k < InputWidth; k++)
            {
                var (place, isHigh) = Place(k, n);
                var packed = *(byte*)place;
                values[(k * OutputWidth) + n] = (byte)(isHigh ? packed >> 4 : packed & 15);
            }

            for (var g = 0; g < groups; g++)
            {
                scales[(g * OutputWidth) + n] = BinaryPrimitives.ReadHalfLittleEndian(new ReadOnlySpan<byte>(ScalePlace(g, n), 2));
                var pair = *ZeroPlace(g, n);
                zeros[(g * OutputWidth) + n] = (byte)(g % 2 == 0 ? pair & 15 : pair >> 4);
            }
        }

        GC.KeepAlive(this);
        return new QuantizedInt4Weights(values, scales, zeros, InputWidth, OutputWidth);
    }

    private protected override void Release()
    {
        _panels.Dispose();
        _groups.Dispose();
        _sums.Dispose();
    }

    private void Fill(QuantizedInt4Weights weights)
    {
        var values = weights.Values.Span;
        var (scales, zeros) = (weights.Scales.ToArray(), weights.Zeros.ToArray());
        for (var n = 0; n < OutputWidth; n++)
        {
            var sum = 0.0;
            for (var k = 0; k < InputWidth; k++)
            {
                var (place, isHigh) = Place(k, n);
                var value = values[(k * OutputWidth) + n];
                var group = (k / Group * OutputWidth) + n;
                *(byte*)place |= (byte)(isHigh ? value << 4 : value);
                sum += (double)(float)scales[group] * (value - zeros[group]);
            }

            Sums(n / Columns)[n % Columns] = (float)sum;
            for (var g = 0; g < QuantizedInt4Weights.Groups(InputWidth); g++)
            {
                BinaryPrimitives.WriteHalfLittleEndian(new Span<byte>(ScalePlace(g, n), 2), scales[(g * OutputWidth) + n]);
                *ZeroPlace(g, n) |= (byte)(g % 2 == 0 ? zeros[(g * OutputWidth) + n] : zeros[(g * OutputWidth) + n] << 4);
            }
        }

        // Beyond K a value equals its zero point: it adds nothing, whatever the input.
        for (var n = 0; n < OutputWidth; n++)
        {
            for (var k = InputWidth; k < QuantizedInt4Weights.Groups(InputWidth) * Group; k++)
            {
                var (place, isHigh) = Place(k, n);
                var zero = zeros[(k / Group * OutputWidth) + n];
                *(byte*)place |= (byte)(isHigh ? zero << 4 : zero);
            }
        }
    }

    private (nint Address, bool IsHigh) Place(int k, int n)
    {
        var inner = k % Group;
        var within = inner % HighHalf;
        var address = (nint)Weights(n / Columns) + (k / Group * Int4Group.WeightBytes) + (within / 4 * 4 * Columns) + (n % Columns * 4) + (within % 4);
        return (address, inner >= HighHalf);
    }

    private byte* ScalePlace(int group, int n) =>
        Groups(n / Columns) + (group / 2 * Int4Group.PairBytes) + (group % 2 * 2 * Columns) + (n % Columns * 2);

    private byte* ZeroPlace(int group, int n) => Groups(n / Columns) + (group / 2 * Int4Group.PairBytes) + (4 * Columns) + (n % Columns);
}
