using System.Runtime.InteropServices;

namespace NativeSparse.Kernels.Tests;

/// <summary>
/// One launch of <see cref="TensorKernel"/> by the interpreter of its PTX, and what plain loops give: matrices side by side on parts of each row,
/// or spans of rows by an index.
/// </summary>
internal sealed class TensorProduct
{
    private const byte Poison = 77;

    private readonly Random _random = new(5);
    private readonly Precision _precision;
    private readonly int _rows;
    private readonly (int Inputs, int Columns)[] _sizes;
    private readonly TileSpan[] _spans;
    private readonly int[] _index;
    private readonly TileLayout _layout;
    private readonly float[][] _weights;
    private readonly int _stride;
    private readonly float[] _inputs;
    private readonly byte[] _bytes;
    private readonly RowQuantum[] _quanta;
    private readonly float[] _bias;
    private readonly float[] _multiplier;
    private readonly int _outputs;

    /// <param name="precision">bfloat16 or int8.</param>
    /// <param name="rows">Rows of the inputs.</param>
    /// <param name="sizes">Inputs and columns of each matrix.</param>
    /// <param name="spans">Rows of the index and the matrix that multiplies them, or none.</param>
    /// <param name="index">Rows of the inputs, where there are spans.</param>
    /// <param name="hasInfinities">Whether the last input of the last row is infinite, and the last weight.</param>
    public TensorProduct(
        Precision precision, int rows, (int Inputs, int Columns)[] sizes, TileSpan[]? spans = null, int[]? index = null, bool hasInfinities = false)
    {
        (_precision, _rows, _sizes, _spans, _index) = (precision, rows, sizes, spans ?? [], index ?? []);
        _layout = new TileLayout(precision);
        _weights = new float[sizes.Length][];
        var place = default(TileMatrix);
        var sum = 0;
        for (var m = 0; m < sizes.Length; m++)
        {
            var (inputs, columns) = sizes[m];
            _weights[m] = [.. Enumerable.Range(0, inputs * columns).Select(_ => precision == Precision.Int8
                ? _random.Next(-127, 128)
                : BFloat16Rounding.Widen(BFloat16Rounding.Round((2 * _random.NextSingle()) - 1)))];
            if (hasInfinities)
            {
                _weights[m][^1] = float.PositiveInfinity;
            }

            place.BiasStart = sum;
            if (precision == Precision.Int8)
            {
                _layout.Add(_weights[m].Select(weight => (sbyte)weight).ToArray(), Enumerable.Range(0, columns).Select(_ => _random.NextSingle()).ToArray(), inputs, columns, place);
            }
            else
            {
                _layout.Add(_weights[m], inputs, columns, place);
            }

            sum += columns;
            if (_spans.Length == 0)
            {
                place.InputStart += precision == Precision.Int8 ? (inputs + 3) / 4 : inputs;
                place.OutputStart += columns;
                place.Quantum++;
            }
        }

        var matrices = _layout.Matrices;
        var own = precision == Precision.Int8 ? (sizes[^1].Inputs + 3) / 4 : sizes[^1].Inputs;
        _stride = matrices[^1].InputStart + own;
        _outputs = _spans.Length > 0 ? sizes.Max(size => size.Columns) : sum;
        _inputs = [.. Enumerable.Range(0, rows * _stride).Select(_ => (2 * _random.NextSingle()) - 1)];
        if (hasInfinities)
        {
            _inputs[^1] = float.PositiveInfinity;
        }

        _bytes = [.. Enumerable.Range(0, rows * _stride * 4).Select(_ => (byte)_random.Next(256))];
        _quanta = [.. Enumerable.Range(0, rows * sizes.Length).Select(_ => new RowQuantum { Scale = _random.NextSingle(), Zero = _random.Next(256) })];
        _bias = [.. Enumerable.Range(0, sum).Select(_ => _random.NextSingle())];
        _multiplier = [.. Enumerable.Range(0, OutputRows * _outputs).Select(_ => _random.NextSingle())];
        PoisonTails();
    }

    public bool IsGated { get; init; }

    /// <summary>Gated, and up and gate are matrices of their own.</summary>
    public bool IsPair { get; init; }

    public bool IsRaw { get; init; }

    public bool IsRelu { get; init; }

    public bool HasMultiplier { get; init; }

    public bool IsAligned { get; init; }

    /// <summary>Turns lost in banks, by instruction, of the last run.</summary>
    public Dictionary<string, int> Conflicts { get; } = [];

    private int OutputRows => _spans.Length > 0 ? _index.Length : _rows;

    private int OutputStride => IsGated ? _outputs / 2 : _outputs;

    /// <summary>Outputs as the kernel's text computes them; NaN where it stored nothing.</summary>
    public float[] Run(PtxProgram program, bool isReversed)
    {
        var memory = new PtxMemory();
        var outputs = new float[OutputRows * OutputStride];
        Array.Fill(outputs, float.NaN);
        var pair = IsPair ? new TensorPair(_precision, _weights[0], _layout.Columns, _bias, _sizes[0].Inputs) : null;
        var layout = pair?.Up ?? _layout;
        var matrices = layout.Matrices.ToArray();
        var y = memory.Add<float>(outputs);
        ulong[] addresses =
        [
            memory.Add<TileMatrix>(matrices), memory.Add<TileSpan>(_spans), memory.Add<int>(_index),
            _precision == Precision.Int8 ? memory.Add<byte>(_bytes) : memory.Add<float>(_inputs), memory.Add(layout.Weights), memory.Add<RowQuantum>(_quanta),
            memory.Add(layout.Columns), memory.Add<float>(pair?.UpBias ?? _bias), memory.Add<float>(_multiplier), y,
            memory.Add((pair?.Gate ?? layout).Weights), memory.Add((pair?.Gate ?? layout).Columns), memory.Add<float>(pair?.GateBias ?? []), .. new ulong[5],
        ];
        var blocks = (_rows + TensorTile.Rows - 1) / TensorTile.Rows;
        var p = new TileParameters
        {
            Rows = _rows,
            RowBlocks = blocks,
            InputStride = _stride,
            OutputStride = OutputStride,
            MultiplierStride = OutputStride,
            Quanta = _spans.Length > 0 ? 1 : matrices.Length,
            Activation = (int)(IsRelu ? ActivationKind.Relu : default),
            HasBias = 1,
            HasMultiplier = HasMultiplier ? 1 : 0,
            IsGated = IsGated ? 1 : 0,
            IsPair = IsPair ? 1 : 0,
            HasGateBias = IsPair ? 1 : 0,
            HasSpans = _spans.Length > 0 ? 1 : 0,
            HasIndex = _spans.Length > 0 ? 1 : 0,
            IsAligned = IsAligned ? 1 : 0,
            IsRaw = IsRaw ? 1 : 0,
        };
        byte[][] parameters =
        [
            MemoryMarshal.AsBytes([p]).ToArray(), MemoryMarshal.AsBytes<ulong>(addresses.SelectMany(address => new[] { address, 0UL }).ToArray()).ToArray(),
        ];
        var lines = _spans.Length > 0 ? _spans.Length : blocks * matrices.Length;
        for (var line = 0; line < lines; line++)
        {
            for (var column = 0; column < (_sizes.Max(size => size.Columns) + TensorTile.Columns - 1) / TensorTile.Columns; column++)
            {
                var group = new PtxGroup(program, memory, parameters, (column, line));
                group.Run(TensorTile.Threads, isReversed);
                foreach (var (name, lost) in group.Conflicts)
                {
                    Conflicts[name] = Conflicts.GetValueOrDefault(name) + lost;
                }
            }
        }

        return memory.Values<float>(y);
    }

    /// <summary>
    /// The same by loops, and what each may differ by: <paramref name="share"/> of the magnitudes that are summed. Inputs are as they are, or
    /// rounded to bfloat16.
    /// </summary>
    public (float Value, double Limit)[] Expected(bool isRounded, double share)
    {
        var expected = Enumerable.Repeat((float.NaN, 0.0), OutputRows * OutputStride).ToArray();
        var spans = _spans.Length > 0
            ? _spans
            : [.. Enumerable.Range(0, _sizes.Length).Select(m => new TileSpan { Matrix = m, FirstRow = 0, Rows = _rows })];
        foreach (var span in spans)
        {
            var matrix = _layout.Matrices[span.Matrix];
            for (var row = span.FirstRow; row < span.FirstRow + span.Rows; row++)
            {
                for (var output = 0; output < (IsGated ? matrix.Columns / 2 : matrix.Columns); output++)
                {
                    var at = (row * OutputStride) + matrix.OutputStart + output;
                    var (value, limit) = Sum(span.Matrix, row, IsGated ? (output / 4 * 8) + (output % 4) : output, isRounded, share);
                    if (IsGated)
                    {
                        var (gate, gateLimit) = Sum(span.Matrix, row, (output / 4 * 8) + (output % 4) + 4, isRounded, share);
                        limit = (limit * Math.Abs(gate)) + (gateLimit * Math.Abs(value)) + (limit * gateLimit);
                        value *= IsRelu ? Math.Max(gate, 0) : gate;
                    }
                    else if (!IsRaw)
                    {
                        value = IsRelu ? Math.Max(value, 0) : value;
                        value *= HasMultiplier ? _multiplier[at] : 1;
                    }

                    expected[at] = (value, limit);
                }
            }
        }

        return expected;
    }

    private (float Value, double Limit) Sum(int number, int row, int column, bool isRounded, double share)
    {
        var matrix = _layout.Matrices[number];
        var source = _spans.Length > 0 ? _index[row] : row;
        var weights = _weights[number];
        var bias = _bias[matrix.BiasStart + column];
        if (_precision == Precision.Int8)
        {
            var total = 0;
            for (var k = 0; k < matrix.Inputs; k++)
            {
                total += _bytes[(4 * ((source * _stride) + matrix.InputStart)) + k] * (int)weights[(k * matrix.Columns) + column];
            }

            var scale = _layout.Columns[matrix.ColumnStart + column];
            var quantum = _quanta[(source * (_spans.Length > 0 ? 1 : _sizes.Length)) + matrix.Quantum];
            return (IsRaw ? BitConverter.Int32BitsToSingle(total) : ((total - (quantum.Zero * scale.Sum)) * scale.Scale * quantum.Scale) + bias, 0);
        }

        var (sum, magnitude) = (0.0, 0.0);
        for (var k = 0; k < matrix.Inputs; k++)
        {
            var input = _inputs[(source * _stride) + matrix.InputStart + k];
            var product = (double)(isRounded ? BFloat16Rounding.Widen(BFloat16Rounding.Round(input)) : input) * weights[(k * matrix.Columns) + column];
            (sum, magnitude) = (sum + product, magnitude + Math.Abs(product));
        }

        return ((float)(sum + bias), share * (magnitude + 1));
    }

    /// <summary>Bytes behind a part's last input must not count.</summary>
    private void PoisonTails()
    {
        for (var row = 0; row < _rows; row++)
        {
            foreach (var matrix in _layout.Matrices)
            {
                var start = 4 * ((row * _stride) + matrix.InputStart);
                for (var k = matrix.Inputs; k % 4 != 0; k++)
                {
                    _bytes[start + k] = Poison;
                }
            }
        }
    }
}
