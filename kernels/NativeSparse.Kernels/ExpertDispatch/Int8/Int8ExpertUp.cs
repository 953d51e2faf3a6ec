using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>The second step of a pass: each expert's up product over its bin, activation and routing weight.</summary>
internal static unsafe class Int8ExpertUp<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public static void Run(ref Int8ExpertPass pass, int chunk)
    {
        var items = pass.Bins.Blocks * pass.UpGroups;
        var end = (int)((long)items * (chunk + 1) / pass.UpChunks);
        for (var item = (int)((long)items * chunk / pass.UpChunks); item < end; item++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            var group = item % pass.UpGroups;
            var block = pass.Bins[item / pass.UpGroups];
            var panels = pass.Experts.Up(block.Expert).Panels;
            var (first, last) = (panels * group / pass.UpGroups, panels * (group + 1) / pass.UpGroups);
            if (block.Rows >= pass.Experts.Tile.LeastBlockRows)
            {
                GoUpGathered(pass, block, first, last, chunk * Int8ExpertPass.MaxRows);
            }
            else
            {
                GoUp(pass, block, first, last, pass.UpGroups == 1 ? Next(pass, item + 1, end) : null);
            }
        }
    }

    /// <summary>Narrow experts are one panel each: what follows is the next expert, or the first one's down product.</summary>
    private static sbyte* Next(in Int8ExpertPass pass, int block, int end)
    {
        if (block < end)
        {
            return pass.Experts.Up(pass.Bins[block].Expert).Panel(0);
        }

        var narrow = block == pass.Bins.Blocks ? pass.Experts.Narrow : null;
        return narrow is null ? null : (sbyte*)narrow.Panel(pass.Bins[0].Expert, 0);
    }

    /// <summary>hidden = weight act(x up + b), or weight act(x gate + c) (x up + b), for some panels of one block.</summary>
    [SkipLocalsInit]
    private static void GoUp(in Int8ExpertPass pass, in ExpertBins.Block block, int first, int end, sbyte* ahead)
    {
        var inputs = stackalloc byte*[Int8ExpertPass.MaxRows];
        var scales = stackalloc float[Int8ExpertPass.MaxRows];
        var zeros = stackalloc int[Int8ExpertPass.MaxRows];
        var hidden = stackalloc float*[Int8ExpertPass.MaxRows];
        var ungated = stackalloc float*[Int8ExpertPass.MaxRows];
        var sums = stackalloc float*[Int8ExpertPass.MaxRows];
        var columns = pass.Experts.Tile.Columns;
        var values = stackalloc float[block.Rows * columns];
        PanelTail.Point(values, columns, sums, block.Rows);
        var tokens = pass.Bins.Tokens(block.FirstPair);
        var firstColumn = pass.Experts.FirstColumn(block.Expert);
        for (var r = 0; r < block.Rows; r++)
        {
            inputs[r] = pass.Inputs.Row(tokens[r]);
            scales[r] = pass.Inputs.Scales(tokens[r])[0];
            zeros[r] = pass.Inputs.Zeros(tokens[r])[0];
            hidden[r] = pass.Hidden.Row(block.FirstPair + r) + firstColumn;
            ungated[r] = pass.Ungated.Row(block.FirstPair + r) + firstColumn;
        }

        var call = new Int8TileCall
        {
            Rows = inputs,
            RowCount = block.Rows,
            InputBytes = pass.Inputs.InputBytes,
            RowScales = scales,
            RowZeros = zeros,
        };
        var finish = new Finish { Activation = pass.Experts.Activation, RowScale = pass.Bins.Factors(block) };
        if (pass.Experts.IsGated)
        {
            var gate = pass.Experts.Gate(block.Expert);
            Multiply(ref call, pass.Experts.Up(block.Expert), pass.Experts.UpBias(block.Expert), first, end, sums, default, ungated, gate.Panel(first));
            finish.Multiplier = ungated;
            Multiply(ref call, gate, pass.Experts.GateBias(block.Expert), first, end, sums, finish, hidden, ahead);
        }
        else
        {
            Multiply(ref call, pass.Experts.Up(block.Expert), pass.Experts.UpBias(block.Expert), first, end, sums, finish, hidden, ahead);
        }
    }

    /// <summary>The same for a tile that multiplies whole blocks: rows are brought together first.</summary>
    private static void GoUpGathered(in Int8ExpertPass pass, in ExpertBins.Block block, int first, int end, int place)
    {
        var tokens = pass.Bins.Tokens(block.FirstPair);
        for (var r = 0; r < block.Rows; r++)
        {
            pass.Inputs.CopyTo(tokens[r], pass.Gathered, place + r);
        }

        var rows = pass.Gathered.Block(place, block.Rows);
        var matrix = pass.Experts.Up(block.Expert);
        var columns = matrix.Panels * matrix.Tile.Columns;
        var hidden = Part(pass.Hidden, pass.Experts, block, columns);
        var weights = pass.Bins.Factors(block);
        var up = new Epilogue { Bias = View.Create((nint)pass.Experts.UpBias(block.Expert), 1, columns) };
        if (!pass.Experts.IsGated)
        {
            up = up with { Activation = pass.Experts.Activation };
            Int8Panels<TWidth, TVector>.Run(rows, matrix, first, end, up, weights, hidden);
            return;
        }

        var ungated = Part(pass.Ungated, pass.Experts, block, columns);
        Int8Panels<TWidth, TVector>.Run(rows, matrix, first, end, up, null, ungated);
        var gate = new Epilogue
        {
            Bias = View.Create((nint)pass.Experts.GateBias(block.Expert), 1, columns),
            Activation = pass.Experts.Activation,
            Multiplier = ungated,
        };
        Int8Panels<TWidth, TVector>.Run(rows, pass.Experts.Gate(block.Expert), first, end, gate, weights, hidden);
    }

    /// <summary>Where the up product of a block goes.</summary>
    private static View Part(View hidden, Int8Experts experts, in ExpertBins.Block block, int columns) => View.Create(
        (nint)(hidden.Row(block.FirstPair) + experts.FirstColumn(block.Expert)), block.Rows, columns, hidden.Stride);

    private static void Multiply(
        ref Int8TileCall call,
        Int8Matrix matrix,
        float* bias,
        int first,
        int end,
        float** sums,
        in Finish whole,
        float** outputs,
        sbyte* ahead)
    {
        call.IsGelu = matrix.Tile.HasGelu && whole.Activation.Kind == ActivationKind.Gelu;
        var finish = call.IsGelu ? whole with { Activation = default } : whole;
        for (var panel = first; panel < end; panel++)
        {
            var column = panel * matrix.Tile.Columns;
            call.Weights = matrix.Panel(panel);
            call.ColumnScales = matrix.Scales(panel);
            call.ColumnSums = matrix.Sums(panel);
            call.Biases = bias + column;
            call.Ahead = panel + 1 < end ? matrix.Panel(panel + 1) : ahead;
            call.Outputs = finish.IsIdentity ? outputs : sums;
            call.Column = finish.IsIdentity ? column : 0;
            matrix.Tile.Run(call);
            if (!finish.IsIdentity)
            {
                PanelFinish<TWidth, TVector>.Run(finish, sums, 0, outputs, call.RowCount, column);
            }
        }
    }
}
