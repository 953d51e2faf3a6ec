using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Products at every precision that devices have, rounding included.</summary>
internal sealed class DeviceProducts(Device device)
{
    private readonly DeviceRounding _rounding = new(device);

    public TileProducts<FloatTile, float, Quad> Floats { get; } = new(device);

    public TileProducts<BFloat16Tile, float, BFloat16Quad> Halves { get; } = new(
        device,
        KernelMethods.Tensor<AnyAccess, BFloat16Tensor, BFloat16Tile, float, BFloat16Quad>(),
        KernelMethods.Tensor<AlignedAccess, BFloat16Tensor, BFloat16Tile, float, BFloat16Quad>());

    public TileProducts<IntegerTile, int, int> Integers { get; } = new(
        device, KernelMethods.Tensor<AnyAccess, IntegerTensor, IntegerTile, int, int>(), KernelMethods.Tensor<AnyAccess, IntegerTensor, IntegerTile, int, int>());

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
    public void Run(in DeviceCall call, View x, DeviceTable table, View bias, View multiplier, Activation activation, View y, int turns = 0, int turnLength = 0)
    {
        if (y.Rows == 0)
        {
            return;
        }

        var p = new TileParameters
        {
            InputStride = x.Stride,
            OutputStride = y.Stride,
            Turns = turns,
            TurnLength = turnLength,
            MultiplierStride = multiplier.Stride,
            Activation = (int)activation.Kind,
            Slope = activation.Slope,
            HasBias = bias.IsEmpty ? 0 : 1,
            HasMultiplier = multiplier.IsEmpty ? 0 : 1,
            IsAligned = IsAligned(x, table) ? 1 : 0,
        };
        switch (table.Precision)
        {
            case Precision.Float32:
                Floats.Run(p, Operands<float, Quad>(call, table, call.Values<float>(x), bias, multiplier, y), y.Rows, table.Matrices.Count, table.WidestColumns);
                break;
            case Precision.BFloat16:
                Halves.Run(
                    p, Operands<float, BFloat16Quad>(call, table, call.Values<float>(x), bias, multiplier, y), y.Rows, table.Matrices.Count, table.WidestColumns);
                break;
            default:
                var rounded = Round(call, x, table);
                p.IsAligned = table.HasWholeGroups ? 1 : 0;
                p.InputStride = rounded.WordStride;
                p.Quanta = table.Matrices.Count;
                var operands = Operands<int, int>(call, table, rounded.Words, bias, multiplier, y);
                operands.RowQuanta = rounded.Quanta;
                Integers.Run(p, operands, y.Rows, table.Matrices.Count, table.WidestColumns);
                break;
        }
    }

    /// <summary>Rounds rows for every matrix of a table.</summary>
    public (ArrayView<int> Words, int WordStride, ArrayView<RowQuantum> Quanta) Round(in DeviceCall call, View x, DeviceTable table) =>
        Round(call, x, table, table.Matrices.Count);

    /// <summary>Rounds whole rows once for all matrices of a table.</summary>
    public (ArrayView<int> Words, int WordStride, ArrayView<RowQuantum> Quanta) RoundOnce(in DeviceCall call, View x, DeviceTable table) =>
        Round(call, x, table, 1);

    private (ArrayView<int> Words, int WordStride, ArrayView<RowQuantum> Quanta) Round(in DeviceCall call, View x, DeviceTable table, int parts)
    {
        var last = table.Matrices[parts - 1];
        return _rounding.Run(call, x, table.Parts(call), parts, last.InputStart + ((last.Inputs + 3) / 4));
    }

    /// <summary>Whether four inputs of a row may be loaded at once.</summary>
    public static bool IsAligned(View x, DeviceTable table) =>
        x.Stride % 4 == 0 && x.Address % 16 == 0 && table.IsAligned;

    private static TileOperands<TInput, TWeight> Operands<TInput, TWeight>(
        in DeviceCall call, DeviceTable table, ArrayView<TInput> inputs, View bias, View multiplier, View y)
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var operands = table.Operands<TInput, TWeight>(call);
        operands.Inputs = inputs;
        operands.Spans = call.Values<TileSpan>(default);
        operands.Index = call.Values<int>(default);
        operands.RowQuanta = call.Values<RowQuantum>(default);
        operands.Bias = call.Values<float>(bias);
        operands.Multiplier = call.Values<float>(multiplier);
        operands.Outputs = call.Values<float>(y);
        return operands;
    }
}
