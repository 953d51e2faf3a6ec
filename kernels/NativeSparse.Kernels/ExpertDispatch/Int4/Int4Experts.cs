namespace NativeSparse.Kernels;

/// <summary>int4 experts: for each an up, a gate and a down matrix in the panels of one tile, and biases.</summary>
internal sealed unsafe class Int4Experts : PackedExperts
{
    private readonly Int4Matrix[] _up;
    private readonly Int4Matrix[] _gate;
    private readonly Int4Matrix[] _down;
    private readonly float[] _upBias;
    private readonly float[] _gateBias;
    private readonly float[] _expertBias;
    private readonly NativeBuffer _biases;

    public Int4Experts(QuantizedInt4ExpertWeights weights, bool hasGroupScales, Int4Tile tile)
        : base(weights.Experts, weights.InputWidth, weights.ExpertWidth, weights.OutputWidth, Precision.Int4)
    {
        Tile = tile;
        Activation = weights.Activation;
        Int4Matrix[] Pack(IReadOnlyList<QuantizedInt4Weights> matrices) => [.. matrices.Select(matrix => new Int4Matrix(matrix, hasGroupScales, tile))];
        (_up, _gate, _down) = (Pack(weights.Up), Pack(weights.Gate), Pack(weights.Down));
        (_upBias, _gateBias, _expertBias) = (weights.UpBias.ToArray(), weights.GateBias.ToArray(), weights.ExpertBias.ToArray());
        _biases = new NativeBuffer(_upBias.Length + _gateBias.Length + _expertBias.Length + 1);
        var start = _biases.Floats;
        foreach (var biases in new[] { _upBias, _gateBias, _expertBias })
        {
            biases.CopyTo(new Span<float>(start, biases.Length));
            start += biases.Length;
        }
    }

    public override string Version => Tile.Name;

    public Int4Tile Tile { get; }

    public Activation Activation { get; }

    public bool IsGated => _gate.Length > 0;

    public override long ByteCount => _up.Concat(_gate).Concat(_down).Sum(matrix => matrix.ByteCount) + _biases.ByteCount;

    public Int4Matrix Up(int expert) => _up[expert];

    public Int4Matrix Gate(int expert) => _gate[expert];

    public Int4Matrix Down(int expert) => _down[expert];

    /// <summary>One row, or empty.</summary>
    public View UpBias(int expert) => Bias(_biases.Floats, _upBias.Length, expert);

    /// <summary>One row, or empty.</summary>
    public View GateBias(int expert) => Bias(_biases.Floats + _upBias.Length, _gateBias.Length, expert);

    /// <summary>One row, or empty.</summary>
    public View ExpertBias(int expert) => Bias(_biases.Floats + _upBias.Length + _gateBias.Length, _expertBias.Length, expert);

    public override ExpertWeights Unpack() => UnpackInt4().Dequantize();

    public override QuantizedInt4ExpertWeights UnpackInt4() => new()
    {
        Activation = Activation,
        Up = [.. _up.Select(matrix => matrix.UnpackInt4())],
        UpBias = _upBias,
        Gate = [.. _gate.Select(matrix => matrix.UnpackInt4())],
        GateBias = _gateBias,
        Down = [.. _down.Select(matrix => matrix.UnpackInt4())],
        ExpertBias = _expertBias,
    };

    private protected override void Release()
    {
        foreach (var matrix in _up.Concat(_gate).Concat(_down))
        {
            matrix.Dispose();
        }

        _biases.Dispose();
    }

    private View Bias(float* all, int length, int expert)
    {
        var width = length / Experts;
        return length == 0 ? default : View.Create((nint)(all + ((nint)expert * width)), 1, width);
    }
}
