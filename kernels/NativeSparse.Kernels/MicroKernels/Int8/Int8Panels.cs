using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>A block of rounded rows times a range of panels, for tiles that multiply many panels at once (<see cref="Int8Tile.RunBlock"/>).</summary>
internal static unsafe class Int8Panels<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Most weights that all rows pass over before the next ones come: part of what the second-level cache holds.</summary>
    private const int GroupBytes = 512 << 10;

    private const int MaxPanels = 64;

    /// <summary>Rows and panels whose values wait in the first-level cache for what the tile does not do.</summary>
    private const int PartRows = 32;
    private const int PartPanels = 8;

    private static int Panel => 2 * TWidth.Lanes;

    /// <summary>y = rowFactor * multiplier * act(x W + bias) for panels <paramref name="first"/> to <paramref name="end"/>.</summary>
    /// <param name="x">Rounded rows.</param>
    /// <param name="matrix">The weights.</param>
    /// <param name="first">First panel.</param>
    /// <param name="end">Panel after the last one.</param>
    /// <param name="epilogue">Bias, activation, multiplier of as many rows as <paramref name="x"/>.</param>
    /// <param name="rowFactors">One for each row, or null.</param>
    /// <param name="y">The destination, as many rows, as wide as the matrix or padded to whole panels; the multiplier may be the same memory.</param>
    [SkipLocalsInit]
    public static void Run(in RoundedBlock x, Int8Matrix matrix, int first, int end, in Epilogue epilogue, float* rowFactors, View y)
    {
        var isFused = epilogue.Multiplier.IsEmpty && epilogue.Activation.Kind is ActivationKind.Identity or ActivationKind.Gelu;
        var whole = Math.Min(end, y.Columns / Panel);
        var group = (int)Math.Clamp(GroupBytes / matrix.PanelBytes, 1, isFused ? MaxPanels : PartPanels);
        var biases = stackalloc float[MaxPanels * Panel];
        new Span<float>(biases, (epilogue.Bias.IsEmpty ? group : 1) * Panel).Clear();
        var call = new Int8BlockCall { RowStride = x.Stride, InputBytes = x.InputBytes, PanelBytes = matrix.PanelBytes };
        for (var panel = first; panel < end; panel += call.Panels)
        {
            call.Panels = panel < whole ? Math.Min(group, whole - panel) : 1;
            call.Weights = matrix.Panel(panel);
            call.ColumnScales = matrix.Scales(panel);
            call.ColumnSums = matrix.Sums(panel);
            call.Biases = biases;
            var column = panel * Panel;
            if (!epilogue.Bias.IsEmpty && panel < whole)
            {
                call.Biases = epilogue.Bias.Row(0) + column;
            }
            else if (!epilogue.Bias.IsEmpty)
            {
                new ReadOnlySpan<float>(epilogue.Bias.Row(0) + column, y.Columns - column).CopyTo(new Span<float>(biases, Panel));
            }

            if (isFused && panel < whole)
            {
                Place(ref call, x);
                call.Epilogue = epilogue.Activation.Kind == ActivationKind.Gelu ? TileEpilogue.Gelu : TileEpilogue.Scale;
                call.RowFactors = rowFactors;
                call.Outputs = y.Row(0) + column;
                call.OutputStride = (nint)y.Stride * sizeof(float);
                matrix.Tile.RunBlock(call);
                continue;
            }

            for (var row = 0; row < x.Count; row += PartRows)
            {
                var rows = Math.Min(PartRows, x.Count - row);
                var factors = rowFactors is null ? null : rowFactors + row;
                RunPart(ref call, x.Slice(row, rows), matrix, column, epilogue, row, factors, y);
            }
        }
    }

    private static void Place(ref Int8BlockCall call, in RoundedBlock x)
    {
        call.Rows = x.Rows;
        call.RowCount = x.Count;
        call.RowScales = x.Scales;
        call.RowZeros = x.Zeros;
    }

    /// <summary>Some rows and panels whose values go through scratch memory.</summary>
    [SkipLocalsInit]
    private static void RunPart(
        ref Int8BlockCall call, in RoundedBlock x, Int8Matrix matrix, int column, in Epilogue epilogue, int row, float* rowFactors, View y)
    {
        var values = stackalloc float[PartRows * PartPanels * Panel];
        var lines = stackalloc float*[PartRows];
        var outputs = stackalloc float*[PartRows];
        var multipliers = stackalloc float*[PartRows];
        for (var r = 0; r < x.Count; r++)
        {
            lines[r] = values + (r * PartPanels * Panel);
            outputs[r] = y.Row(row + r);
            multipliers[r] = epilogue.Multiplier.Row(row + r);
        }

        Place(ref call, x);
        call.AreWeightsNear = row > 0;
        call.Epilogue = TileEpilogue.Scale;
        call.RowFactors = null;
        call.Outputs = values;
        call.OutputStride = PartPanels * Panel * sizeof(float);
        matrix.Tile.RunBlock(call);

        var finish = new Finish
        {
            Activation = epilogue.Activation,
            Multiplier = epilogue.Multiplier.IsEmpty ? null : multipliers,
            RowScale = rowFactors,
        };
        if (column + Panel > y.Columns)
        {
            PanelTail.Finish<TWidth, TVector>(finish, new PanelShape(matrix.InputWidth, y.Columns, Panel), lines, x.Count, outputs);
            return;
        }

        for (var panel = 0; panel < call.Panels; panel++)
        {
            PanelFinish<TWidth, TVector>.Run(finish, lines, panel * Panel, outputs, x.Count, column + (panel * Panel));
        }
    }
}
