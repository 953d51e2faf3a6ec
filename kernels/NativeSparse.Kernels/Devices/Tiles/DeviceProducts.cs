using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// Products at every precision that devices have. At int8, rows are rounded on their way into a product where groups know their ranges: of few rows
/// because they look at them, of others because the product before left them; else by a launch of their own.
/// </summary>
internal sealed class DeviceProducts(Device device)
{
    /// <summary>Values of its rows that a group looks at in less time than a launch takes.</summary>
    private const int FewValues = 1 << 15;

    /// <summary>Values that all groups look at in less time than that.</summary>
    private const long FewLooks = 1 << 22;

    private readonly DeviceRounding _rounding = new(device);

    public TileProducts<FloatTile, float, Quad> Floats { get; } = new(device);

    public TileProducts<BFloat16Tile, float, BFloat16Quad> Halves { get; } = new(
        device,
        KernelMethods.Tensor<AnyAccess, BFloat16Tensor, BFloat16Tile, float, BFloat16Quad>(),
        KernelMethods.Tensor<AlignedAccess, BFloat16Tensor, BFloat16Tile, float, BFloat16Quad>());

    public TileProducts<IntegerTile, int, int> Integers { get; } = new(
        device, KernelMethods.Tensor<AnyAccess, IntegerTensor, IntegerTile, int, int>(), KernelMethods.Tensor<AnyAccess, IntegerTensor, IntegerTile, int, int>());

    /// <summary>int8 with inputs that are rounded on their way; not on tensor cores.</summary>
    public TileProducts<RoundedTile, float, int> Rounding { get; } = new(device);

    public static NotSupportedException UnknownPrecision(Device device, Precision precision) =>
        new($"{device.Name} has no {precision} matrices; it has {Precision.Float32}, {Precision.BFloat16} and {Precision.Int8}");

    /// <summary>Most rows of a span, for about so many rows of each matrix.</summary>
    public int SpanRows(Precision precision, long rows) => precision switch
    {
        Precision.Float32 => Floats.SpanRows(rows),
        Precision.BFloat16 => Halves.SpanRows(rows),
        _ => Integers.SpanRows(rows),
    };

    /// <summary>Every row with every matrix of a table.</summary>
    /// <returns>The ranges of the outputs, if they were asked for and the product's kernel leaves any.</returns>
    public RowRanges Run(in DeviceCall call, View x, in DeviceProduct product, View y)
    {
        if (y.Rows == 0)
        {
            return default;
        }

        var table = product.Table;
        var p = new TileParameters
        {
            InputStride = x.Stride,
            OutputStride = y.Stride,
            Turns = product.Turns,
            TurnLength = product.TurnLength,
            MultiplierStride = product.Multiplier.Stride,
            Activation = (int)product.Activation.Kind,
            Slope = product.Activation.Slope,
            HasBias = product.Bias.IsEmpty ? 0 : 1,
            HasMultiplier = product.Multiplier.IsEmpty ? 0 : 1,
            HasGateBias = product.GateBias.IsEmpty ? 0 : 1,
            IsGated = product.Gate is null ? 0 : 1,
            IsPair = product.Gate is null ? 0 : 1,
            IsAligned = IsAligned(x, table) ? 1 : 0,
        };
        switch (table.Precision)
        {
            case Precision.Float32:
                Run(Floats, p, Operands<float, Quad>(call, product, call.Values<float>(x), y), product, y.Rows);
                return default;
            case Precision.BFloat16:
                Run(Halves, p, Operands<float, BFloat16Quad>(call, product, call.Values<float>(x), y), product, y.Rows);
                return default;
            default:
                return RunInt8(p, call, x, product, y);
        }
    }

    /// <summary>Memory for the rows of a table's first matrix, rounded.</summary>
    public static RoundedRows RentRounded(in DeviceCall call, View x, DeviceTable table) => RoundedRows.Rent(call, x, 1, Words(table, 1));

    /// <summary>Whether four inputs of a row may be loaded at once.</summary>
    public static bool IsAligned(View x, DeviceTable table) => IsAligned(x) && table.IsAligned;

    private static bool IsAligned(View x) => x.Stride % 4 == 0 && x.Address % 16 == 0;

    /// <summary>Words of a rounded row.</summary>
    private static int Words(DeviceTable table, int parts) => table.Matrices[parts - 1].InputStart + ((table.Matrices[parts - 1].Inputs + 3) / 4);

    private RowRanges RunInt8(TileParameters p, in DeviceCall call, View x, in DeviceProduct product, View y)
    {
        var table = product.Table;
        var columns = Columns(product);
        var height = Integers.Height(y.Rows, table.Matrices.Count, columns);
        RowRanges left = default;
        if (product.KeepsRanges && !Integers.IsTensor(height))
        {
            var parts = TileProducts<IntegerTile, int, int>.Parts(height, columns);
            left = new RowRanges(call.Values<RowRange>(call.RentInt32(y.Rows, 2 * parts)), parts);
            p.KeepsRanges = 1;
        }

        if (!Integers.IsTensor(height) && (product.Ranges.Parts > 0 || IsFew(height, y.Rows, table, columns)))
        {
            p.IsAligned = IsAligned(x) && table.IsSourceAligned ? 1 : 0;
            p.RangeParts = product.Ranges.Parts;
            var operands = Operands<float, int>(call, product, call.Values<float>(x), y);
            operands.Ranges = p.RangeParts > 0 ? product.Ranges.Values : operands.Ranges;
            operands.OutputRanges = left.Parts > 0 ? left.Values : operands.OutputRanges;
            Rounding.Run(p, operands, height, y.Rows, table.Matrices.Count, columns);
        }
        else
        {
            var count = table.Matrices.Count;
            var rounded = RoundedRows.Rent(call, x, count, Words(table, count));
            _rounding.Run(call, x, table.Parts(call), rounded);
            p.IsAligned = table.HasWholeGroups ? 1 : 0;
            p.InputStride = rounded.Stride;
            p.Quanta = count;
            var operands = Operands<int, int>(call, product, rounded.Words, y);
            operands.RowQuanta = rounded.Quanta;
            operands.OutputRanges = left.Parts > 0 ? left.Values : operands.OutputRanges;
            Integers.Run(p, operands, height, y.Rows, count, columns);
        }

        return left;
    }

    /// <summary>Whether every group looks at its rows itself.</summary>
    private static bool IsFew(int height, int rows, DeviceTable table, int columns) =>
        height == RowKernel.Rows && Math.Min(rows, height) * (long)table.MostInputs <= FewValues
        && (long)rows * table.MostInputs * table.Matrices.Count * TileProducts<IntegerTile, int, int>.Parts(height, columns) <= FewLooks;

    private static void Run<TFormat, TInput, TWeight>(
        TileProducts<TFormat, TInput, TWeight> kernels, in TileParameters p, in TileOperands<TInput, TWeight> operands, in DeviceProduct product, int rows)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var (count, columns) = (product.Table.Matrices.Count, Columns(product));
        kernels.Run(p, operands, kernels.Height(rows, count, columns), rows, count, columns);
    }

    private static int Columns(in DeviceProduct product) =>
        product.Gate is null ? product.Table.WidestColumns : 8 * product.Table.Matrices[0].Stride;

    private static TileOperands<TInput, TWeight> Operands<TInput, TWeight>(in DeviceCall call, in DeviceProduct product, ArrayView<TInput> inputs, View y)
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var operands = product.Table.Operands<TInput, TWeight>(call);
        operands.Inputs = inputs;
        operands.Bias = call.Values<float>(product.Bias);
        operands.Multiplier = call.Values<float>(product.Multiplier);
        operands.Outputs = call.Values<float>(y);
        if (product.Gate is not null)
        {
            var gate = product.Gate.Operands<TInput, TWeight>(call);
            (operands.Gates, operands.GateQuanta) = (gate.Weights, gate.ColumnQuanta);
            operands.GateBias = call.Values<float>(product.GateBias);
        }

        return operands;
    }
}
