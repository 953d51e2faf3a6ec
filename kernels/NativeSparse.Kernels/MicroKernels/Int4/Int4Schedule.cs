using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>Rounds the rows, then lets the threads share blocks of rows and groups of panels.</summary>
internal sealed unsafe class Int4Schedule<TWidth, TVector>(Int4Tile tile) : Int4Products(tile)
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    private const int Columns = Int4Tile.Columns;

    /// <summary>Rows of a block: they stay in the second-level cache beside a panel.</summary>
    private const int BlockRows = 48;

    private const int RoundedRows = 16;

    public override void Run(in Execution execution, View x, Int4Matrix matrix, in Epilogue epilogue, View y)
    {
        using var scope = execution.Scratch.Enter();
        var job = new Job
        {
            X = x,
            Y = y,
            Rows = Int4Rows.Rent(execution.Scratch, x.Rows, matrix),
            Matrix = matrix,
            Epilogue = epilogue,
            Grid = new ChunkGrid(
                y.Rows, BlockRows, TileSpecification.MaxRows, matrix.Panels, (long)matrix.InputWidth * Columns / 2, execution.Splitter.Threads),
            Cancellation = execution.Cancellation,
        };
        execution.Splitter.Run((x.Rows + RoundedRows - 1) / RoundedRows, &RunRounding, ref job);
        execution.Splitter.Run(job.Grid.Count, &RunProduct, ref job);
    }

    private static void RunRounding(ref Job job, int chunk)
    {
        var end = Math.Min((chunk + 1) * RoundedRows, job.X.Rows);
        for (var r = chunk * RoundedRows; r < end; r++)
        {
            job.Rows.Quantize(r, job.X.Row(r));
        }
    }

    [SkipLocalsInit]
    private static void RunProduct(ref Job job, int chunk)
    {
        job.Cancellation.ThrowIfCancellationRequested();
        var (firstRow, rows) = job.Grid.Rows(chunk);
        var (firstPanel, endPanel) = job.Grid.Panels(chunk);
        var inputs = stackalloc byte*[Int4Tile.MaxRows];
        var outputs = stackalloc float*[Int4Tile.MaxRows];
        var multipliers = stackalloc float*[Int4Tile.MaxRows];
        var sums = stackalloc float*[Int4Tile.MaxRows];
        var values = stackalloc float[rows * Columns];
        var bias = stackalloc float[Columns];
        for (var r = 0; r < rows; r++)
        {
            inputs[r] = job.Rows.Row(firstRow + r);
            outputs[r] = job.Y.Row(firstRow + r);
            multipliers[r] = job.Epilogue.Multiplier.Row(firstRow + r);
        }

        PanelTail.Point(values, Columns, sums, rows);
        new Span<float>(bias, Columns).Clear();
        var finish = new Finish
        {
            Activation = job.Epilogue.Activation,
            Multiplier = job.Epilogue.Multiplier.IsEmpty ? null : multipliers,
        };
        var call = new Int4TileCall
        {
            Rows = inputs,
            RowCount = rows,
            InputBytes = job.Rows.InputBytes,
            HasGroupScales = job.Matrix.HasGroupScales,
            RowScales = job.Rows.Scales(firstRow),
            RowZeros = job.Rows.Zeros(firstRow),
            Biases = bias,
        };
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            var start = panel * Columns;
            var width = Math.Min(Columns, job.Y.Columns - start);
            var isDirect = width == Columns && finish.IsIdentity;
            call.Weights = job.Matrix.Weights(panel);
            call.Groups = job.Matrix.Groups(panel);
            call.ColumnSums = job.Matrix.Sums(panel);
            call.Outputs = isDirect ? outputs : sums;
            call.Column = isDirect ? start : 0;
            if (!job.Epilogue.Bias.IsEmpty)
            {
                new ReadOnlySpan<float>(job.Epilogue.Bias.Row(0) + start, width).CopyTo(new Span<float>(bias, Columns));
            }

            job.Matrix.Tile.Run(call);
            if (!isDirect)
            {
                Finish(finish, sums, outputs, rows, start, width);
            }
        }
    }

    private static void Finish(in Finish finish, float** sums, float** outputs, int rows, int start, int width)
    {
        var step = 2 * TWidth.Lanes;
        if (width == Columns)
        {
            for (var column = 0; column < Columns; column += step)
            {
                PanelFinish<TWidth, TVector>.Run(finish, sums, column, outputs, rows, start + column);
            }

            return;
        }

        for (var column = 0; column < Columns && finish.Activation.Kind != ActivationKind.Identity; column += step)
        {
            PanelFinish<TWidth, TVector>.Run(finish with { Multiplier = null }, sums, column, sums, rows, column);
        }

        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < width; c++)
            {
                outputs[r][start + c] = finish.Multiplier is null ? sums[r][c] : sums[r][c] * finish.Multiplier[r][start + c];
            }
        }
    }

    private struct Job
    {
        public View X;
        public View Y;
        public Int4Rows Rows;
        public Int4Matrix Matrix;
        public Epilogue Epilogue;
        public ChunkGrid Grid;
        public CancellationToken Cancellation;
    }
}
