using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>The fourth step of a pass: down products, summed as integers over the experts of a token.</summary>
internal static unsafe class Int8ExpertDown
{
    private const int MaxRows = Int8ExpertPass.MaxRows;

    /// <summary>Weights of the whole down product that all tokens pass over before the next ones come.</summary>
    private const int WholeBytes = 512 << 10;

    public static void Run(ref Int8ExpertPass pass, int chunk)
    {
        var panels = pass.Experts.DownPanels;
        var (first, end) = (panels * chunk / pass.DownChunks, panels * (chunk + 1) / pass.DownChunks);
        if (pass.IsDownWhole)
        {
            GoDownWhole(pass, first, end);
            return;
        }

        var columns = pass.Experts.Tile.Columns;
        for (var t = 0; t < pass.X.Rows; t++)
        {
            new Span<int>(pass.SumsOf(t) + (first * columns), (end - first) * columns)
                .Fill(pass.Starts.IsEmpty ? 0 : pass.Starts.RowInt32(0)[t]);
        }

        for (var b = 0; b < pass.Bins.Blocks; b++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            var next = b + 1 < pass.Bins.Blocks ? pass.Bins[b + 1].Expert : -1;
            if (pass.Experts.Narrow is { } narrow)
            {
                GoDownNarrow(pass, narrow, pass.Bins[b], first, end, next < 0 ? null : narrow.Panel(next, first));
            }
            else
            {
                GoDown(pass, pass.Bins[b], first, end, next < 0 ? null : pass.Experts.Down(next).Panel(first));
            }
        }
    }

    [SkipLocalsInit]
    private static void GoDownNarrow(in Int8ExpertPass pass, ExpertDownPanels narrow, in ExpertBins.Block block, int first, int end, byte* ahead)
    {
        var rows = stackalloc byte*[MaxRows];
        var tokens = pass.Bins.Tokens(block.FirstPair);
        for (var r = 0; r < block.Rows; r++)
        {
            rows[r] = (byte*)pass.HiddenOf(tokens[r], block.Expert);
        }

        var columns = (nint)first * pass.Experts.Tile.Columns;
        var before = ((nint)pass.Experts.SumStride * sizeof(int)) + ((nint)block.Expert * narrow.Depth);
        pass.Experts.Tile.ExpertDown!.Run(
            narrow.Depth,
            rows,
            block.Rows,
            narrow.Panel(block.Expert, first),
            narrow.PanelStride,
            end - first,
            (columns * sizeof(int)) - before,
            ahead);
    }

    /// <summary>sums = starts + hidden down for all tokens and experts at once; hidden values of experts that were not chosen are zero.</summary>
    private static void GoDownWhole(in Int8ExpertPass pass, int first, int end)
    {
        var narrow = pass.Experts.Narrow!;
        var group = (int)Math.Max(WholeBytes / narrow.PanelStride, 1);
        for (var panel = first; panel < end; panel += group)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            pass.Experts.Tile.RunBlock(new Int8BlockCall
            {
                Rows = (byte*)pass.HiddenOf(0, 0),
                RowStride = (nint)pass.Blocks.Stride * sizeof(int),
                RowCount = pass.X.Rows,
                InputBytes = narrow.TotalDepth,
                Weights = (sbyte*)narrow.Panel(0, panel),
                Panels = Math.Min(group, end - panel),
                PanelBytes = narrow.PanelStride,
                RowScales = pass.TokenScales.Row(0),
                RowZeros = pass.Starts.RowInt32(0),
                IsExpertDown = true,
                Epilogue = TileEpilogue.Raw,
                Outputs = (float*)(pass.SumsOf(0) + (panel * pass.Experts.Tile.Columns)),
                OutputStride = (nint)pass.Blocks.Stride * sizeof(int),
            });
        }
    }

    /// <summary>sums[token] += hidden down for some panels of one block.</summary>
    [SkipLocalsInit]
    private static void GoDown(in Int8ExpertPass pass, in ExpertBins.Block block, int first, int end, sbyte* ahead)
    {
        var inputs = stackalloc byte*[MaxRows];
        var outputs = stackalloc float*[MaxRows];
        var tokens = pass.Bins.Tokens(block.FirstPair);
        for (var r = 0; r < block.Rows; r++)
        {
            inputs[r] = pass.HiddenInputs.Row(block.FirstPair + r);
            outputs[r] = (float*)pass.Sums.RowInt32(tokens[r]);
        }

        var matrix = pass.Experts.Down(block.Expert);
        if (block.Rows >= matrix.Tile.LeastBlockRows)
        {
            Int8RawPanels.Add(pass.HiddenInputs.Block(block.FirstPair, block.Rows), matrix, first, end, (int**)outputs);
            return;
        }

        var call = new Int8TileCall
        {
            Rows = inputs,
            RowStride = pass.HiddenInputs.Stride,
            RowCount = block.Rows,
            InputBytes = pass.HiddenInputs.InputBytes,
            RowZeros = pass.HiddenInputs.Zeros(block.FirstPair),
            IsSum = true,
            Outputs = outputs,
        };
        for (var panel = first; panel < end; panel++)
        {
            call.Weights = matrix.Panel(panel);
            call.ColumnSums = matrix.Sums(panel);
            call.Column = panel * matrix.Tile.Columns;
            call.Ahead = panel + 1 < end ? matrix.Panel(panel + 1) : ahead;
            matrix.Tile.Run(call);
        }
    }
}
