using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>One product with 2:4 weights: what its chunks share. A work item is a panel of outputs of a block of tokens.</summary>
internal unsafe struct TwoOfFourPass<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    private const int TileRows = TwoOfFourSums<TWidth, TVector>.TileRows;

    public VectorTwoOfFour Weights;
    public View X;
    public View Y;
    public Epilogue Epilogue;

    /// <summary>Tokens of a block.</summary>
    public int BlockTokens;
    public int Chunks;
    public CancellationToken Cancellation;

    public readonly int Items => (Y.Rows + BlockTokens - 1) / BlockTokens * Weights.Panels;

    [SkipLocalsInit]
    public static void Run(ref TwoOfFourPass<TWidth, TVector> pass, int chunk)
    {
        var (items, panels) = ((long)pass.Items, pass.Weights.Panels);
        var end = (int)(items * (chunk + 1) / pass.Chunks);
        var sums = stackalloc float[TileRows * pass.Weights.Panel];
        for (var item = (int)(items * chunk / pass.Chunks); item < end; item++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            var first = item / panels * pass.BlockTokens;
            var last = Math.Min(first + pass.BlockTokens, pass.Y.Rows);
            var number = item % panels;
            if (last - first == 1 && item + 1 < end && number + 1 < panels)
            {
                TwoOfFourSums<TWidth, TVector>.RunPair(pass.Weights, number, pass.X.Row(first), sums);
                pass.Store(first, 1, number, sums);
                pass.Store(first, 1, number + 1, sums + pass.Weights.Panel);
                item++;
                continue;
            }

            for (var t = first; t < last; t += TileRows)
            {
                var count = Math.Min(TileRows, last - t);
                TwoOfFourSums<TWidth, TVector>.Run(pass.Weights, number, pass.X.Row(t), pass.X.Stride, count, sums);
                pass.Store(t, count, number, sums);
            }
        }
    }

    [SkipLocalsInit]
    private readonly void Store(int token, int count, int number, float* sums)
    {
        var rows = stackalloc float*[TileRows];
        var targets = stackalloc float*[TileRows];
        var multipliers = stackalloc float*[TileRows];
        var shape = new PanelShape(Weights.InputWidth, Weights.OutputWidth, Weights.Panel);
        PanelTail.Point(sums, shape.Panel, rows, count);
        for (var r = 0; r < count; r++)
        {
            targets[r] = Y.Row(token + r);
            multipliers[r] = Epilogue.Multiplier.IsEmpty ? null : Epilogue.Multiplier.Row(token + r);
        }

        var finish = new Finish
        {
            Activation = Epilogue.Activation,
            Bias = Epilogue.Bias.IsEmpty ? null : Epilogue.Bias.Row(0),
            Multiplier = Epilogue.Multiplier.IsEmpty ? null : multipliers,
        };
        if ((number + 1) * shape.Panel > shape.OutputWidth)
        {
            // Without a bias 0 is added, as everywhere: it makes a negative zero positive.
            for (var i = 0; finish.Bias is null && i < count * shape.Panel; i++)
            {
                sums[i] += 0f;
            }

            PanelTail.Finish<TWidth, TVector>(finish, shape, rows, count, targets);
        }
        else
        {
            PanelFinish<TWidth, TVector>.Run(finish, rows, 0, targets, count, (nint)number * shape.Panel);
        }
    }
}
