namespace NativeSparse.Kernels;

/// <summary>The down weights of narrow experts, one after the other, in the panels of <see cref="ExpertDownTile"/>.</summary>
internal sealed unsafe class ExpertDownPanels : IDisposable
{
    /// <summary>Hidden values that a token keeps at most, active or not.</summary>
    private const int MaxHidden = 16384;

    private const byte Offset = 128;

    private readonly NativeBuffer _buffer;
    private readonly int _experts;
    private readonly int _width;
    private readonly int _outputs;
    private readonly nint _expertBytes;

    private ExpertDownPanels(QuantizedExpertWeights weights)
    {
        _experts = weights.Experts;
        _width = weights.ExpertWidth;
        _outputs = weights.OutputWidth;
        Depth = ExpertDownTile.Depth(weights.ExpertWidth);
        _expertBytes = ExpertDownTile.PanelBytes(Depth, weights.OutputWidth);
        _buffer = new NativeBuffer((weights.Experts * _expertBytes / sizeof(float)) + 1);
        new Span<byte>(_buffer.Floats, checked((int)(weights.Experts * _expertBytes))).Fill(Offset);
        var values = weights.Down.Span;
        for (var i = 0; i < values.Length; i++)
        {
            *At(i) = (byte)(values[i] + Offset);
        }
    }

    /// <summary>Neurons of whole steps.</summary>
    public int Depth { get; }

    public long ByteCount => _buffer.ByteCount;

    /// <summary>The panels, or null where the experts are too wide or too many.</summary>
    public static ExpertDownPanels? Create(QuantizedExpertWeights weights)
    {
        var depth = ExpertDownTile.Depth(weights.ExpertWidth);
        var isNarrow = depth <= ExpertDownTile.MaxDepth && (long)depth * weights.Experts <= MaxHidden;
        return isNarrow ? new ExpertDownPanels(weights) : null;
    }

    /// <summary>The first panel of an expert.</summary>
    public byte* Expert(int expert) => (byte*)_buffer.Floats + (expert * _expertBytes);

    /// <summary><c>[E, B, O]</c>.</summary>
    public sbyte[] Unpack()
    {
        var values = new sbyte[_experts * _width * _outputs];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (sbyte)(*At(i) - Offset);
        }

        return values;
    }

    public void Dispose() => _buffer.Dispose();

    private byte* At(int index)
    {
        var (row, output) = (index / _outputs, index % _outputs);
        return Expert(row / _width) + ExpertDownTile.Place(Depth, row % _width, output);
    }
}
