using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>What happens to totals before they are stored.</summary>
internal static class TileStore
{
    /// <summary>Stores one output.</summary>
    /// <param name="p">The launch.</param>
    /// <param name="o">The operands.</param>
    /// <param name="matrix">The matrix.</param>
    /// <param name="row">The row of the outputs.</param>
    /// <param name="output">The output, counted from the matrix's first.</param>
    /// <param name="totals">Totals of columns.</param>
    /// <param name="total">Where the output's column lies; its gate's lies four further.</param>
    public static void Store<TFormat, TInput, TWeight>(
        in TileParameters p, in TileOperands<TInput, TWeight> o, in TileMatrix matrix, int row, int output, ArrayView<float> totals, int total)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var place = Place(p, matrix, output);
        var at = ((long)row * p.OutputStride) + place;
        if (p.IsRaw != 0)
        {
            o.Outputs[at] = totals[total];
            return;
        }

        var column = p.IsGated != 0 ? (output / 4 * 8) + (output % 4) : output;
        var value = Finish<TFormat, TInput, TWeight>(p, o, matrix, row, column, totals[total]);
        if (p.IsGated != 0)
        {
            var gate = Finish<TFormat, TInput, TWeight>(p, o, matrix, row, column + 4, totals[total + 4]);
            o.Outputs[at] = value * DeviceActivation.Apply(p.Activation, p.Slope, gate);
            return;
        }

        value = DeviceActivation.Apply(p.Activation, p.Slope, value);
        if (p.HasMultiplier != 0)
        {
            value *= o.Multiplier[((long)row * p.MultiplierStride) + place];
        }

        o.Outputs[at] = value;
    }

    /// <summary>Where in a row an output belongs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(in TileParameters p, in TileMatrix matrix, int output)
    {
        if (p.Turns == 0)
        {
            return matrix.OutputStart + output;
        }

        var plain = matrix.OutputStart + output;
        return p.TurnLength == 0 ? (output * p.Turns) + matrix.Quantum : (plain % p.Turns * p.TurnLength) + (plain / p.Turns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Finish<TFormat, TInput, TWeight>(
        in TileParameters p, in TileOperands<TInput, TWeight> o, in TileMatrix matrix, int row, int column, float total)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var bias = p.HasBias != 0 ? o.Bias[p.Turns != 0 ? Place(p, matrix, column) : matrix.BiasStart + column] : 0;
        if (!TFormat.IsInteger)
        {
            return total + bias;
        }

        var source = p.HasIndex != 0 ? o.Index[row] : row;
        var quantum = o.RowQuanta[(source * p.Quanta) + matrix.Quantum];
        var columnQuantum = o.ColumnQuanta[matrix.ColumnStart + column];
        var sum = (int)Interop.FloatAsInt(total) - (quantum.Zero * columnQuantum.Sum);
        return (sum * columnQuantum.Scale * quantum.Scale) + bias;
    }
}
