using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>What happens to totals before they are stored.</summary>
internal static class TileStore
{
    /// <summary>Stores one output, and returns it.</summary>
    /// <param name="p">The launch.</param>
    /// <param name="o">The operands.</param>
    /// <param name="matrix">The matrix.</param>
    /// <param name="quantum">What the row of inputs was rounded by.</param>
    /// <param name="row">The row of the outputs.</param>
    /// <param name="output">The output, counted from the matrix's first.</param>
    /// <param name="totals">Totals of columns.</param>
    /// <param name="total">Where the output's column lies; its gate's lies four further.</param>
    public static float Store<TFormat, TInput, TWeight>(
        in TileParameters p, in TileOperands<TInput, TWeight> o, in TileMatrix matrix, RowQuantum quantum, int row, int output, ArrayView<float> totals, int total)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var place = Place(p, matrix, output);
        var at = ((long)row * p.OutputStride) + place;
        if (p.IsRaw != 0)
        {
            o.Outputs[at] = totals[total];
            return 0;
        }

        var column = p.IsGated != p.IsPair ? Column(1, output) : output;
        var value = Finish<TFormat, TInput, TWeight>(o.ColumnQuanta, matrix, quantum, column, totals[total], Bias(p, o.Bias, matrix, column));
        if (p.IsGated != 0)
        {
            var gate = p.IsPair != 0
                ? Finish<TFormat, TInput, TWeight>(o.GateQuanta, matrix, quantum, column, totals[total + 4], p.HasGateBias != 0 ? o.GateBias[column] : 0)
                : Finish<TFormat, TInput, TWeight>(o.ColumnQuanta, matrix, quantum, column + 4, totals[total + 4], Bias(p, o.Bias, matrix, column + 4));
            value *= DeviceActivation.Apply(p.Activation, p.Slope, gate);
        }
        else
        {
            value = DeviceActivation.Apply(p.Activation, p.Slope, value);
        }

        if (p.HasMultiplier != 0)
        {
            value *= o.Multiplier[((long)row * p.MultiplierStride) + place];
        }

        if (TFormat.IsInteger && p.HasFactors != 0)
        {
            value = output < matrix.Neurons ? value * o.Factors[row] : 0;
        }

        o.Outputs[at] = value;
        return value;
    }

    /// <summary>The quantum of a row that was rounded before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowQuantum Quantum<TFormat, TInput, TWeight>(in TileParameters p, in TileOperands<TInput, TWeight> o, in TileMatrix matrix, int row)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        if (!TFormat.IsInteger || p.IsRaw != 0)
        {
            return default;
        }

        var source = p.HasIndex != 0 ? o.Index[row] : row;
        return o.RowQuanta[(source * p.Quanta) + matrix.Quantum];
    }

    /// <summary>The column of an output of which four of up and four of gate lie by turns, if they do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Column(int isGated, int output) => isGated != 0 ? (output >> 2 << 3) + (output & 3) : output;

    /// <summary>Where in a row an output belongs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(in TileParameters p, in TileMatrix matrix, int output)
    {
        if (p.Turns == 0)
        {
            return matrix.OutputStart + output;
        }

        var plain = matrix.OutputStart + output;
        if (p.TurnLength == 0)
        {
            return (output * p.Turns) + matrix.Quantum;
        }

        var turn = plain / p.Turns;
        return ((plain - (turn * p.Turns)) * p.TurnLength) + turn;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Bias(in TileParameters p, ArrayView<float> bias, in TileMatrix matrix, int column) =>
        p.HasBias != 0 ? bias[p.Turns != 0 ? Place(p, matrix, column) : matrix.BiasStart + column] : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Finish<TFormat, TInput, TWeight>(
        ArrayView<ColumnQuantum> columns, in TileMatrix matrix, RowQuantum quantum, int column, float total, float bias)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        if (!TFormat.IsInteger)
        {
            return total + bias;
        }

        var own = columns[matrix.ColumnStart + column];
        var sum = (int)Interop.FloatAsInt(total) - (quantum.Zero * own.Sum);
        return (sum * own.Scale * quantum.Scale) + bias;
    }
}
