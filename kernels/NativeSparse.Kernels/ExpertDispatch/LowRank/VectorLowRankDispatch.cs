using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// Experts with low-rank deltas: the shared up and gate products are computed once for all tokens, each chosen expert adds its delta and
/// the activation, and as the shared down projection is linear, it takes the weighted sum of the experts' hidden values once for each token.
/// </summary>
internal static unsafe class VectorLowRankDispatch<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Tokens of one pass: bounds the hidden rows of all pairs.</summary>
    private const int PassTokens = 64;

    private static int Panel => PanelProduct<TWidth, TVector>.Panel;

    public static void Run(
        IDenseMatMul dense,
        in Execution execution,
        View x,
        in Routing routing,
        in FeedForwardMatrices network,
        PanelLowRankExperts experts,
        float scale,
        View y)
    {
        for (var first = 0; first < x.Rows; first += PassTokens)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            using var scope = execution.Scratch.Enter();
            var count = Math.Min(PassTokens, x.Rows - first);
            var bins = ExpertBins.Rent(
                execution.Scratch, routing, first, count, experts.Experts, PanelProduct<TWidth, TVector>.MaxRows, scale);
            if (bins.Pairs > 0)
            {
                RunPass(dense, execution, x.Slice(first, count), bins, network, experts, y.Slice(first, count));
            }
        }
    }

    private static void RunPass(
        IDenseMatMul dense,
        in Execution execution,
        View x,
        in ExpertBins bins,
        in FeedForwardMatrices network,
        PanelLowRankExperts experts,
        View y)
    {
        var scratch = execution.Scratch;
        var stride = (experts.HiddenWidth + Panel - 1) / Panel * Panel;
        var isGated = network.Gate is not null;
        var pass = new Pass
        {
            X = x,
            Y = y,
            Bins = bins,
            Experts = experts,
            Activation = network.Activation,
            Up = scratch.Rent(x.Rows, experts.HiddenWidth),
            Gate = isGated ? scratch.Rent(x.Rows, experts.HiddenWidth) : default,
            Hidden = scratch.Rent(bins.Pairs, stride),
            Ungated = isGated ? scratch.Rent(bins.Pairs, stride) : default,
            Low = scratch.Rent(bins.Pairs, experts.Rank),
            Sums = scratch.Rent(x.Rows, experts.HiddenWidth),
            Shared = scratch.Rent(x.Rows, experts.OutputWidth),
            DownBias = network.DownBias,
            Cancellation = execution.Cancellation,
        };
        dense.Run(execution, x, network.Up, new Epilogue { Bias = network.UpBias }, pass.Up);
        if (network.Gate is not null)
        {
            dense.Run(execution, x, network.Gate, new Epilogue { Bias = network.GateBias }, pass.Gate);
        }

        execution.Splitter.Run(bins.Blocks, &RunBlock, ref pass);
        execution.Splitter.Run(x.Rows, &RunSum, ref pass);
        dense.Run(execution, pass.Sums, network.Down, default, pass.Shared);
        execution.Splitter.Run(x.Rows, &RunFinish, ref pass);
    }

    /// <summary>hidden = weight act(...) of one block, and its low-rank values for the down projection.</summary>
    [SkipLocalsInit]
    private static void RunBlock(ref Pass pass, int index)
    {
        pass.Cancellation.ThrowIfCancellationRequested();
        var block = pass.Bins[index];
        var x = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var hidden = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var ungated = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var low = stackalloc float*[PanelProduct<TWidth, TVector>.MaxRows];
        var isGated = !pass.Gate.IsEmpty;
        var width = pass.Experts.HiddenWidth;
        var tokens = pass.Bins.Tokens(block.FirstPair);
        for (var r = 0; r < block.Rows; r++)
        {
            x[r] = pass.X.Row(tokens[r]);
            hidden[r] = pass.Hidden.Row(block.FirstPair + r);
            ungated[r] = pass.Ungated.Row(block.FirstPair + r);
            low[r] = pass.Low.Row(block.FirstPair + r);
            new ReadOnlySpan<float>((isGated ? pass.Gate : pass.Up).Row(tokens[r]), width).CopyTo(new Span<float>(hidden[r], width));
            if (isGated)
            {
                new ReadOnlySpan<float>(pass.Up.Row(tokens[r]), width).CopyTo(new Span<float>(ungated[r], width));
            }
        }

        var experts = pass.Experts;
        var finish = new Finish { Activation = pass.Activation, RowScale = pass.Bins.Weights(block.FirstPair) };
        if (isGated)
        {
            Grow(experts.UpIn, experts.UpOut, block, x, low, ungated, default, width);
            finish.Multiplier = ungated;
            Grow(experts.GateIn, experts.GateOut, block, x, low, hidden, finish, width);
        }
        else
        {
            Grow(experts.UpIn, experts.UpOut, block, x, low, hidden, finish, width);
        }

        if (experts.DownIn.Length > 0)
        {
            Multiply(experts.DownIn[block.Expert], block.Rows, hidden, low, add: false, default);
        }
    }

    /// <summary>target = finish(target + (x in) out).</summary>
    private static void Grow(
        PanelMatrix[] into, PanelMatrix[] outOf, in ExpertBins.Block block, float** x, float** low, float** target, in Finish finish, int width)
    {
        if (into.Length > 0)
        {
            Multiply(into[block.Expert], block.Rows, x, low, add: false, default);
            Multiply(outOf[block.Expert], block.Rows, low, target, add: true, finish);
            return;
        }

        for (nint column = 0; !finish.IsIdentity && column < width; column += Panel)
        {
            PanelFinish<TWidth, TVector>.Run(finish, target, column, target, block.Rows, column);
        }
    }

    private static void Multiply(PanelMatrix matrix, int rows, float** x, float** y, bool add, in Finish finish) =>
        PanelProduct<TWidth, TVector>.Run<Float32Weights<TWidth, TVector>>(
            x, rows, matrix.Weights, matrix.Shape, 0, matrix.Shape.Panels, y, add, finish, y);

    /// <summary>The hidden values of a token, summed over its experts.</summary>
    private static void RunSum(ref Pass pass, int token)
    {
        var sums = new Span<float>(pass.Sums.Row(token), pass.Experts.HiddenWidth);
        sums.Clear();
        foreach (var pair in pass.Bins.PairsOf(token))
        {
            Add(pass.Hidden.Row(pair), sums);
        }
    }

    /// <summary>y += shared down product + the experts' deltas + the down bias times the weights.</summary>
    private static void RunFinish(ref Pass pass, int token)
    {
        var y = pass.Y.Row(token);
        var experts = pass.Experts;
        var outputs = new Span<float>(y, experts.OutputWidth);
        var pairs = pass.Bins.PairsOf(token);
        if (pairs.Length > 0)
        {
            Add(pass.Shared.Row(token), outputs);
        }

        foreach (var pair in pairs)
        {
            if (experts.DownOut.Length > 0)
            {
                var low = pass.Low.Row(pair);
                Multiply(experts.DownOut[pass.Bins.Expert(pair)], 1, &low, &y, add: true, default);
            }

            var weight = *pass.Bins.Weights(pair);
            for (var o = 0; !pass.DownBias.IsEmpty && o < outputs.Length; o++)
            {
                outputs[o] = MathF.FusedMultiplyAdd(weight, pass.DownBias.Row(0)[o], outputs[o]);
            }
        }
    }

    private static void Add(float* values, Span<float> sums)
    {
        fixed (float* target = sums)
        {
            var column = 0;
            for (; column <= sums.Length - TWidth.Lanes; column += TWidth.Lanes)
            {
                TWidth.Store(TWidth.Add(TWidth.Load(target + column), TWidth.Load(values + column)), target + column);
            }

            for (; column < sums.Length; column++)
            {
                target[column] += values[column];
            }
        }
    }

    private struct Pass
    {
        public View X;
        public View Y;
        public ExpertBins Bins;
        public PanelLowRankExperts Experts;
        public Activation Activation;
        public View Up;
        public View Gate;

        /// <summary>One row for each pair.</summary>
        public View Hidden;

        public View Ungated;

        /// <summary>The low-rank values of each pair.</summary>
        public View Low;

        /// <summary>The hidden values of each token, summed over its experts.</summary>
        public View Sums;

        /// <summary>Their shared down product.</summary>
        public View Shared;

        public View DownBias;
        public CancellationToken Cancellation;
    }
}
