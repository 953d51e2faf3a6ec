using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>One pass over some tokens. On one thread each block goes up and down while its hidden rows are in the cache; on several, all
/// blocks go up, then the columns of y are shared out, so that each sum is grown by one thread in the order of the experts.</summary>
internal unsafe struct ExpertPass<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public View X;
    public View Y;
    public ExpertBins Bins;
    public PanelExperts Experts;

    /// <summary>One row for each pair; on one thread, for each row of a block.</summary>
    public View Hidden;

    /// <summary>The up products of gated experts before the gate.</summary>
    public View Ungated;

    public int UpGroups;
    public int UpChunks;
    public int DownChunks;
    public CancellationToken Cancellation;

    public static void RunUpChunk(ref ExpertPass<TWidth, TVector> pass, int chunk)
    {
        pass.Cancellation.ThrowIfCancellationRequested();
        var items = pass.Bins.Blocks * pass.UpGroups;
        var end = (int)((long)items * (chunk + 1) / pass.UpChunks);
        var panels = pass.Experts.UpShape.Panels;
        for (var item = (int)((long)items * chunk / pass.UpChunks); item < end; item++)
        {
            var block = pass.Bins[item / pass.UpGroups];
            var group = item % pass.UpGroups;
            pass.GoUp(block, block.FirstPair, panels * group / pass.UpGroups, panels * (group + 1) / pass.UpGroups);
        }
    }

    public static void RunDownChunk(ref ExpertPass<TWidth, TVector> pass, int chunk)
    {
        pass.Cancellation.ThrowIfCancellationRequested();
        var panels = pass.Experts.DownShape.Panels;
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
            GoUp(Bins[b], 0, 0, Experts.UpShape.Panels);
            GoDown(Bins[b], 0, 0, Experts.DownShape.Panels, b + 1 < Bins.Blocks ? Experts.Up(Bins[b + 1].Expert) : null);
        }
    }

    /// <summary>hidden = weight act(x up + b), or weight act(x gate + c) (x up + b), for some panels of one block.</summary>
    [SkipLocalsInit]
    private void GoUp(in ExpertBins.Block block, int hiddenRow, int first, int end)
    {
        var x = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var hidden = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var ungated = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var tokens = Bins.Tokens(block.FirstPair);
        for (var r = 0; r < block.Rows; r++)
        {
            x[r] = X.Row(tokens[r]);
            hidden[r] = Hidden.Row(hiddenRow + r);
            ungated[r] = Ungated.Row(hiddenRow + r);
        }

        var finish = new Finish
        {
            Activation = Experts.Activation,
            Bias = Experts.HasUpBias ? Experts.UpBias(block.Expert) : null,
            RowScale = Bins.Weights(block.FirstPair),
        };
        var shape = Experts.PaddedUpShape;
        var down = Experts.Down(block.Expert);
        if (!Experts.IsGated)
        {
            PanelProduct<TWidth, TVector>.Run(
                x, block.Rows, Experts.Up(block.Expert), shape, first, end, hidden, add: false, finish, hidden, down);
        }
        else
        {
            PanelProduct<TWidth, TVector>.Run(
                x, block.Rows, Experts.Up(block.Expert), shape, first, end, ungated, add: false, new Finish { Bias = finish.Bias }, ungated);
            finish.Bias = Experts.HasGateBias ? Experts.GateBias(block.Expert) : null;
            finish.Multiplier = ungated;
            PanelProduct<TWidth, TVector>.Run(
                x, block.Rows, Experts.Gate(block.Expert), shape, first, end, hidden, add: false, finish, hidden, down);
        }

        if (Experts.HasExpertBias && end == shape.Panels)
        {
            for (var r = 0; r < block.Rows; r++)
            {
                hidden[r][Experts.ExpertWidth] = finish.RowScale[r];
            }
        }
    }

    /// <summary>y[token] += hidden down for some panels of one block.</summary>
    [SkipLocalsInit]
    private void GoDown(in ExpertBins.Block block, int hiddenRow, int first, int end, float* upcoming = null)
    {
        var hidden = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var y = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var tokens = Bins.Tokens(block.FirstPair);
        for (var r = 0; r < block.Rows; r++)
        {
            hidden[r] = Hidden.Row(hiddenRow + r);
            y[r] = Y.Row(tokens[r]);
        }

        PanelProduct<TWidth, TVector>.Run(
            hidden, block.Rows, Experts.Down(block.Expert), Experts.DownShape, first, end, y, add: true, default, y, upcoming);
    }
}
