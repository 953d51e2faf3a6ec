namespace NativeSparse.Kernels;

/// <summary>
/// 2:4 weights in panels of two registers of outputs: for each group of 4 inputs the first values, the second values and the places of the panel's
/// outputs. Outputs beyond N are zeros.
/// </summary>
internal sealed unsafe class VectorTwoOfFour : PackedSparse
{
    private const int LineFloats = 16;

    private readonly NativeBuffer _buffer;

    public VectorTwoOfFour(TwoOfFourWeights weights, int panel, string version)
        : base(weights)
    {
        (Panel, Version, Groups) = (panel, version, weights.Groups);
        _buffer = new NativeBuffer(PositionsStart + (((nint)Groups * Panels * panel) + sizeof(float) - 1) / sizeof(float));
        new Span<byte>(Positions, Groups * Panels * panel).Clear();
        new Span<float>(Values, 2 * Groups * Panels * panel).Clear();
        for (var group = 0; group < Groups; group++)
        {
            for (var p = 0; p < Panels; p++)
            {
                var (first, count) = (p * panel, Math.Min(panel, OutputWidth - (p * panel)));
                var line = ((nint)p * Groups) + group;
                weights.Positions.Span.Slice((group * OutputWidth) + first, count).CopyTo(new Span<byte>(Positions + (line * panel), count));
                for (var which = 0; which < 2; which++)
                {
                    weights.Values.Span.Slice((((2 * group) + which) * OutputWidth) + first, count)
                        .CopyTo(new Span<float>(Values + (((2 * line) + which) * panel), count));
                }
            }
        }
    }

    public override string Version { get; }

    public override long ByteCount => _buffer.ByteCount;

    /// <summary>Outputs of a panel.</summary>
    public int Panel { get; }

    public int Panels => (OutputWidth + Panel - 1) / Panel;

    /// <summary>Groups of 4 inputs.</summary>
    public int Groups { get; }

    /// <summary><c>[panel][group][2][outputs]</c>.</summary>
    public float* Values => _buffer.Floats;

    /// <summary><c>[panel][group][outputs]</c>.</summary>
    public byte* Positions => (byte*)(_buffer.Floats + PositionsStart);

    private nint PositionsStart => ((2 * (nint)Groups * Panels * Panel) + LineFloats - 1) / LineFloats * LineFloats;

    public override SparseWeights Unpack()
    {
        var (positions, values) = (new byte[Groups * OutputWidth], new float[2 * Groups * OutputWidth]);
        for (var group = 0; group < Groups; group++)
        {
            for (var n = 0; n < OutputWidth; n++)
            {
                var line = ((nint)(n / Panel) * Groups) + group;
                positions[(group * OutputWidth) + n] = Positions[(line * Panel) + (n % Panel)];
                values[(2 * group * OutputWidth) + n] = Values[(2 * line * Panel) + (n % Panel)];
                values[(((2 * group) + 1) * OutputWidth) + n] = Values[(((2 * line) + 1) * Panel) + (n % Panel)];
            }
        }

        GC.KeepAlive(this);
        return new TwoOfFourWeights(InputWidth, OutputWidth, positions, values).ToSparse();
    }

    private protected override void Release() => _buffer.Dispose();
}
