using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>One pass over some tokens. On one thread each block goes up and down while its hidden rows are in the cache; on several, all
/// blocks go up, then the columns of y are shared out, so that each sum is grown by one thread in the order of the experts.</summary>
internal unsafe struct ExpertPass<TWidth, TVector, TWeights>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
    where TWeights : struct, IPanelWeights<TVector>
{
    public View X;
    public View Y;
    public ExpertBins Bins;
    public FloatExperts Experts;

    /// <summary>One row for each pair; on one thread, for each row of a block.</summary>
    public View Hidden;

    /// <summary>The up products of gated experts before the gate.</summary>
    public View Ungated;

    /// <summary>Panels of every expert's down projection.</summary>
    public int DownPanels;

    public int UpGroups;
    public int UpChunks;
    public int DownChunks;
    public CancellationToken Cancellation;

    public static void RunUpChunk(ref ExpertPass<TWidth, TVector, TWeights> pass, int chunk)
    {
        pass.Cancellation.ThrowIfCancellationRequested();
        var items = pass.Bins.Blocks * pass.UpGroups;
        var end = (int)((long)items * (chunk + 1) / pass.UpChunks);
        for (var item = (int)((long)items * chunk / pass.UpChunks); item < end; item++)
        {
            var block = pass.Bins[item / pass.UpGroups];
            var group = item % pass.UpGroups;
            var panels = pass.Experts[block.Expert].Panels;
            pass.GoUp(block, block.FirstPair, panels * group / pass.UpGroups, panels * (group + 1) / pass.UpGroups);
        }
    }

    public static void RunDownChunk(ref ExpertPass<TWidth, TVector, TWeights> pass, int chunk)
    {
        pass.Cancellation.ThrowIfCancellationRequested();
        var panels = pass.DownPanels;
        var (first, end) = (panels * chunk / pass.DownChunks, panels * (chunk + 1) / pass.DownChunks);
        for (var b = 0; b < pass.Bins.Blocks; b++)
        {
            var block = pass.Bins[b];
            pass.GoDown(block, block.FirstPair, first, end);
        }
    }

    public void RunSerial()
    {
        for (var b = 0; b < Bins.Blocks; b++)
        {
            Cancellation.ThrowIfCancellationRequested();
            GoUp(Bins[b], 0, 0, Experts[Bins[b].Expert].Panels);
            GoDown(Bins[b], 0, 0, DownPanels, b + 1 < Bins.Blocks ? FirstUpPanel(Experts[Bins[b + 1].Expert]) : null);
        }
    }

    private static void* FirstUpPanel(in ExpertPanels expert) => TWeights.At(expert.Up, expert.FirstUpPanel);

    /// <summary>hidden = weight act(x up + b), or weight act(x gate + c) (x up + b), for some panels of one block.</summary>
    [SkipLocalsInit]
    private void GoUp(in ExpertBins.Block block, int hiddenRow, int first, int end)
    {
        var x = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var hidden = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var ungated = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var tokens = Bins.Tokens(block.FirstPair);
        var expert = Experts[block.Expert];

        // Columns are counted from the matrix's first one; a hidden row starts with the expert's first panel.
        var before = (nint)expert.FirstPanel * Experts.Panel;
        for (var r = 0; r < block.Rows; r++)
        {
            x[r] = X.Row(tokens[r]);
            hidden[r] = Hidden.Row(hiddenRow + r) - before;
            ungated[r] = Ungated.Row(hiddenRow + r) - before;
        }

        var isLast = end == expert.Panels;
        first += expert.FirstPanel;
        end += expert.FirstPanel;
        var finish = new Finish
        {
            Activation = Experts.Activation,
            Bias = expert.UpBias,
            RowScale = Bins.Weights(block.FirstPair),
        };
        var shape = expert.UpShape;
        var down = TWeights.At(expert.Down, expert.FirstDownPanel);
        if (!Experts.IsGated)
        {
            PanelProduct<TWidth, TVector>.Run<TWeights>(
                x, block.Rows, expert.Up, shape, first, end, hidden, add: false, finish, hidden, down);
        }
        else
        {
            PanelProduct<TWidth, TVector>.Run<TWeights>(
                x, block.Rows, expert.Up, shape, first, end, ungated, add: false, new Finish { Bias = finish.Bias }, ungated);
            finish.Bias = expert.GateBias;
            finish.Multiplier = ungated;
            PanelProduct<TWidth, TVector>.Run<TWeights>(
                x, block.Rows, expert.Gate, shape, first, end, hidden, add: false, finish, hidden, down);
        }

        if (Experts.HasBiasInput && isLast)
        {
            for (var r = 0; r < block.Rows; r++)
            {
                hidden[r][before + Experts.ExpertWidth] = finish.RowScale[r];
            }
        }
    }

    /// <summary>y[token] += hidden down for some panels of one block.</summary>
    [SkipLocalsInit]
    private void GoDown(in ExpertBins.Block block, int hiddenRow, int first, int end, void* upcoming = null)
    {
        var hidden = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var y = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var tokens = Bins.Tokens(block.FirstPair);
        var expert = Experts[block.Expert];
        for (var r = 0; r < block.Rows; r++)
        {
            hidden[r] = Hidden.Row(hiddenRow + r) + expert.Skipped;
            y[r] = Y.Row(tokens[r]);
        }

        PanelProduct<TWidth, TVector>.Run<TWeights>(
            hidden, block.Rows, expert.Down, expert.DownShape, first, end, y, add: true, default, y, upcoming);
        if (expert.OutputBias is null)
        {
            return;
        }

        for (var r = 0; r < block.Rows; r++)
        {
            hidden[r] = Bins.Weights(block.FirstPair + r);
        }

        PanelProduct<TWidth, TVector>.Run<Float32Weights<TWidth, TVector>>(
            hidden, block.Rows, expert.OutputBias, expert.OutputBiasShape, first, end, y, add: true, default, y);
    }
}
