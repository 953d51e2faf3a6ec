namespace NativeSparse.Kernels;

/// <summary>
/// The down weights of narrow experts in panels of 32 outputs, for <see cref="ExpertDownTile"/>: expert by expert, so that few tokens read
/// one stretch for each; or panel by panel (<see cref="IsWhole"/>), so that a panel of all experts is one product too.
/// </summary>
internal sealed unsafe class ExpertDownPanels : IDisposable
{
    /// <summary>Hidden values that a token keeps at most, active or not.</summary>
    private const int MaxHidden = 16384;

    private const int Columns = TileSpecification.PanelColumns;
    private const byte Offset = 128;

    private readonly NativeBuffer _buffer;
    private readonly int _experts;
    private readonly int _width;
    private readonly int _outputs;
    private readonly nint _expertStride;

    private ExpertDownPanels(QuantizedExpertWeights weights, int granularity)
    {
        _experts = weights.Experts;
        _width = weights.ExpertWidth;
        _outputs = weights.OutputWidth;
        Depth = ExpertDownTile.Depth(weights.ExpertWidth);
        IsWhole = granularity > 1;
        TotalDepth = ((_experts * Depth) + granularity - 1) / granularity * granularity;
        var panels = (_outputs + Columns - 1) / Columns;
        (_expertStride, PanelStride) = IsWhole
            ? ((nint)Depth * Columns, (nint)TotalDepth * Columns)
            : ((nint)panels * Columns * Depth, (nint)Depth * Columns);
        var bytes = (nint)TotalDepth * panels * Columns;
        _buffer = new NativeBuffer((bytes / sizeof(float)) + 1);
        new Span<byte>(_buffer.Floats, checked((int)bytes)).Fill(Offset);
        var values = weights.Down.Span;
        for (var i = 0; i < values.Length; i++)
        {
            *At(i) = (byte)(values[i] + Offset);
        }
    }

    /// <summary>Whether the panels of all experts are the panels of one matrix <c>[TotalDepth, O]</c>.</summary>
    public bool IsWhole { get; }

    /// <summary>Neurons of an expert, of whole steps.</summary>
    public int Depth { get; }

    /// <summary>Neurons of all experts, of whole steps.</summary>
    public int TotalDepth { get; }

    /// <summary>Bytes from one panel of an expert to the next.</summary>
    public nint PanelStride { get; }

    public long ByteCount => _buffer.ByteCount;

    /// <summary>The panels, or null where the experts are too wide or too many.</summary>
    /// <param name="weights">The experts.</param>
    /// <param name="granularity">Neurons of a step of the product of all experts; 1 where there is no such product.</param>
    public static ExpertDownPanels? Create(QuantizedExpertWeights weights, int granularity)
    {
        var depth = ExpertDownTile.Depth(weights.ExpertWidth);
        var isNarrow = depth <= ExpertDownTile.MaxDepth && (long)depth * weights.Experts <= MaxHidden;
        return isNarrow ? new ExpertDownPanels(weights, granularity) : null;
    }

    /// <summary>A panel of an expert.</summary>
    public byte* Panel(int expert, int panel) => (byte*)_buffer.Floats + (expert * _expertStride) + (panel * PanelStride);

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
        return Panel(row / _width, output / Columns) + ExpertDownTile.Place(row % _width, output % Columns);
    }
}
