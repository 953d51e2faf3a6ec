using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>The plain tiles against the products that they stand for, from matrices in row-major order.</summary>
public sealed unsafe class TileReferenceTests
{
    private readonly Random _random = new(11);

    [Theory]
    [InlineData(1, 5)]
    [InlineData(7, 64)]
    [InlineData(12, 130)]
    public void Int8_is_the_product_with_its_zero_points(int rows, int inputs)
    {
        const int columns = TileSpecification.PanelColumns;
        var quads = (inputs + 3) / 4;
        var (q, w) = (new byte[rows, inputs], new sbyte[inputs, columns]);
        using var memory = new GuardedOperands(atEnd: true);
        var a = Create(rows, quads * 4, columns * sizeof(int), memory);
        a.Weights = (byte*)memory.Allocate(quads * 4 * columns, true);
        a.ColumnSums = (int*)memory.Allocate(columns * sizeof(int), true);
        a.RowZeros = (void*)memory.Allocate(rows * sizeof(int), true);
        var sums = new int[columns];
        Each(inputs, columns, (k, n) =>
        {
            w[k, n] = (sbyte)_random.Next(-127, 128);
            a.Weights[(k / 4 * columns * 4) + (n * 4) + (k % 4)] = (byte)w[k, n];
            a.ColumnSums[n] = ZeroPoint.OfColumn(sums[n] += w[k, n]);
        });
        var zeros = Enumerable.Range(0, rows).Select(row => row == 0 ? 255 : _random.Next(256)).ToArray();
        Each(rows, inputs, (row, k) =>
        {
            a.Rows[row][k] = q[row, k] = (byte)_random.Next(256);
            ((int*)a.RowZeros)[row] = ZeroPoint.OfRow(zeros[row]);
        });

        Run(new TileSpecification(TileKind.Int8, rows, TileEpilogue.Raw) { HasZeroPoint = true }, a);
        Each(rows, columns, (row, n) =>
        {
            var exact = Enumerable.Range(0, inputs).Sum(k => (q[row, k] - zeros[row]) * w[k, n]);
            Assert.Equal(exact, ((int*)a.Outputs[row])[n]);
        });
    }

    [Fact]
    public void Int4_is_the_product_of_what_the_integers_stand_for()
    {
        const int rows = 3;
        const int groups = 4;
        const int columns = TileSpecification.Int4Columns;
        const int inputs = groups * TileSpecification.Int4Group;
        var record = Int4Group.RecordBytes(hasScale: false);
        using var memory = new GuardedOperands(atEnd: true);
        var a = Create(rows, groups * record, columns * sizeof(float), memory);
        a.Weights = (byte*)memory.Allocate(groups * Int4Group.WeightBytes, true);
        a.Groups = (byte*)memory.Allocate(groups / 2 * Int4Group.PairBytes, true);
        a.RowScales = (float*)memory.Allocate(rows * sizeof(float), true);
        a.RowZeros = (void*)memory.Allocate(rows * sizeof(float), true);
        a.ColumnScales = (float*)memory.Allocate(columns * sizeof(float), true);
        a.Biases = (float*)memory.Allocate(columns * sizeof(float), true);

        var w = new double[inputs, columns];
        Each(groups, columns, (group, n) =>
        {
            var (scale, zero) = ((Half)(_random.NextSingle() / 8), _random.Next(16));
            var pair = a.Groups + (group / 2 * Int4Group.PairBytes);
            ((Half*)(pair + (group % 2 * 32)))[n] = scale;
            pair[64 + n] |= (byte)(zero << (group % 2 * 4));
            for (var k = 0; k < TileSpecification.Int4Group; k++)
            {
                var u = _random.Next(16);
                a.Weights[(group * Int4Group.WeightBytes) + (k % 16 / 4 * 64) + (n * 4) + (k % 4)] |= (byte)(u << (k / 16 * 4));
                w[(group * TileSpecification.Int4Group) + k, n] = (double)scale * (u - zero);
            }
        });
        var x = new double[rows, inputs];
        for (var row = 0; row < rows; row++)
        {
            var zero = _random.Next(-128, 128);
            a.RowScales[row] = 0.01f * (row + 1);
            ((float*)a.RowZeros)[row] = -a.RowScales[row] * zero;
            for (var k = 0; k < inputs; k++)
            {
                var place = a.Rows[row] + (k / 32 * record);
                var q = _random.Next(-128, 128);
                place[k % 32] = (byte)q;
                *(int*)(place + 32) -= q;
                x[row, k] = (double)a.RowScales[row] * (q - zero);
            }
        }

        Each(1, columns, (_, n) =>
        {
            a.ColumnScales[n] = (float)Enumerable.Range(0, inputs).Sum(k => w[k, n]);
            a.Biases[n] = _random.NextSingle();
        });
        Run(new TileSpecification(TileKind.Int4, rows, TileEpilogue.Scale), a);
        Each(rows, columns, (row, n) =>
        {
            var products = Enumerable.Range(0, inputs).Select(k => x[row, k] * w[k, n]).ToArray();
            Assert.Equal(products.Sum() + a.Biases[n], ((float*)a.Outputs[row])[n], 1e-5 * products.Sum(Math.Abs));
        });
    }

    [Fact]
    public void The_expert_product_adds_hidden_values_times_weights()
    {
        const int rows = 2;
        const int depth = 8;
        const int columns = 2 * TileSpecification.PanelColumns;
        using var memory = new GuardedOperands(atEnd: true);
        var a = Create(rows, depth + (columns * sizeof(int)), sizeof(int), memory);
        a.InputBytes = columns / TileSpecification.PanelColumns;
        a.OutputOffset = depth;
        a.RowTiles = 1;
        a.PanelStride = depth * TileSpecification.PanelColumns;
        a.Weights = (byte*)memory.Allocate(depth * columns, true);
        var w = new int[depth, columns];
        Each(depth, columns, (k, n) =>
        {
            w[k, n] = _random.Next(-128, 128);
            var (panel, lane) = (n / TileSpecification.PanelColumns, n % TileSpecification.PanelColumns);
            var place = (panel * depth * TileSpecification.PanelColumns) + (k / 4 * TileSpecification.PanelColumns * 4) + (lane * 4) + (k % 4);
            a.Weights[place] = (byte)(w[k, n] + 128);
        });
        for (var row = 0; row < rows; row++)
        {
            var sum = 0;
            for (var k = 0; k < depth; k++)
            {
                sum += ((sbyte*)a.Rows[row])[k] = (sbyte)_random.Next(-127, 128);
            }

            new Span<int>(a.Rows[row] + depth, columns).Fill(1000 - (128 * sum));
        }

        Run(new TileSpecification(TileKind.ExpertDown, rows, TileEpilogue.Accumulate) { Depth = depth }, a);
        Each(rows, columns, (row, n) =>
        {
            var exact = 1000 + Enumerable.Range(0, depth).Sum(k => ((sbyte*)a.Rows[row])[k] * w[k, n]);
            Assert.Equal(exact, ((int*)(a.Rows[row] + depth))[n]);
        });
    }

    [Fact]
    public void A_start_takes_every_zero_point_times_every_sum()
    {
        for (var round = 0; round < 2000; round++)
        {
            var (zero, sum) = (_random.Next(256), _random.Next(-ZeroPoint.MaxSum, ZeroPoint.MaxSum + 1));
            var (row, column) = (ZeroPoint.OfRow(zero), ZeroPoint.OfColumn(sum));
            Assert.Equal(-zero * sum, ((short)row * (short)column) + ((row >> 16) * (column >> 16)));
        }

        Assert.Throws<OverflowException>(() => ZeroPoint.OfColumn(ZeroPoint.MaxSum + 1));
        Assert.Throws<OverflowException>(() => ZeroPoint.OfColumn(int.MinValue));
        Assert.Throws<OverflowException>(() => ZeroPoint.OfColumn(-ZeroPoint.MaxSum - 1));
    }

    private static void Run(TileSpecification tile, TileArguments a) => TileReference.Run(tile, &a);

    private static void Each(int first, int second, Action<int, int> body)
    {
        for (var i = 0; i < first; i++)
        {
            for (var j = 0; j < second; j++)
            {
                body(i, j);
            }
        }
    }

    private static TileArguments Create(int rows, int inputBytes, int outputBytes, GuardedOperands memory)
    {
        var a = new TileArguments { InputBytes = inputBytes };
        a.Rows = (byte**)memory.Allocate(rows * sizeof(byte*), true);
        a.Outputs = (byte**)memory.Allocate(rows * sizeof(byte*), true);
        for (var row = 0; row < rows; row++)
        {
            a.Rows[row] = (byte*)memory.Allocate(inputBytes, true);
            a.Outputs[row] = (byte*)memory.Allocate(outputBytes, true);
        }

        return a;
    }
}
