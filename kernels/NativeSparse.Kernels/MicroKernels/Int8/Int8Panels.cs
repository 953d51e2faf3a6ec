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

    /// <summary>As <see cref="Int8Block{TWidth, TVector}.Run"/>.</summary>
    [SkipLocalsInit]
    public static void Run(
        in QuantizedRows x, int xRow, int rows, Int8Matrix matrix, int first, int end, in Epilogue epilogue, View y, int yRow)
    {
        var isFused = epilogue.Multiplier.IsEmpty && epilogue.Activation.Kind is ActivationKind.Identity or ActivationKind.Gelu;
        var whole = Math.Min(end, matrix.OutputWidth / Panel);
        var group = (int)Math.Clamp(GroupBytes / matrix.PanelBytes, 1, isFused ? MaxPanels : PartPanels);
        var biases = stackalloc float[MaxPanels * Panel];
        new Span<float>(biases, MaxPanels * Panel).Clear();
        var call = new Int8BlockCall
        {
            RowStride = x.Stride,
            InputBytes = x.InputBytes,
            IsGelu = isFused && epilogue.Activation.Kind == ActivationKind.Gelu,
        };
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
                new ReadOnlySpan<float>(epilogue.Bias.Row(0) + column, matrix.OutputWidth - column).CopyTo(new Span<float>(biases, Panel));
            }

            if (isFused && panel < whole)
            {
                call.Rows = x.Row(xRow);
                call.RowCount = rows;
                call.RowScales = x.Scales(xRow);
                call.RowZeros = x.Zeros(xRow);
                call.Outputs = y.Row(yRow) + column;
                call.OutputStride = (nint)y.Stride * sizeof(float);
                matrix.Tile.RunBlock(call);
                continue;
            }

            for (var row = 0; row < rows; row += PartRows)
            {
                var part = epilogue with { Activation = call.IsGelu ? default : epilogue.Activation };
                RunPart(ref call, x, xRow + row, Math.Min(PartRows, rows - row), matrix, column, part, y, yRow + row);
            }
        }
    }

    /// <summary>Some rows and panels whose values go through scratch memory.</summary>
    [SkipLocalsInit]
    private static void RunPart(
        ref Int8BlockCall call, in QuantizedRows x, int xRow, int rows, Int8Matrix matrix, int column, in Epilogue epilogue, View y, int yRow)
    {
        var values = stackalloc float[PartRows * PartPanels * Panel];
        var lines = stackalloc float*[PartRows];
        var outputs = stackalloc float*[PartRows];
        var multipliers = stackalloc float*[PartRows];
        for (var r = 0; r < rows; r++)
        {
            lines[r] = values + (r * PartPanels * Panel);
            outputs[r] = y.Row(yRow + r);
            multipliers[r] = epilogue.Multiplier.Row(yRow + r);
        }

        call.Rows = x.Row(xRow);
        call.RowCount = rows;
        call.RowScales = x.Scales(xRow);
        call.RowZeros = x.Zeros(xRow);
        call.Outputs = values;
        call.OutputStride = PartPanels * Panel * sizeof(float);
        matrix.Tile.RunBlock(call);

        var finish = new Finish
        {
            Activation = epilogue.Activation,
            Multiplier = epilogue.Multiplier.IsEmpty ? null : multipliers,
        };
        if (column + Panel > matrix.OutputWidth)
        {
            PanelTail.Finish<TWidth, TVector>(
                finish, new PanelShape(matrix.InputWidth, matrix.OutputWidth, Panel), lines, rows, outputs);
            return;
        }

        for (var panel = 0; panel < call.Panels; panel++)
        {
            PanelFinish<TWidth, TVector>.Run(finish, lines, panel * Panel, outputs, rows, column + (panel * Panel));
        }
    }
}
