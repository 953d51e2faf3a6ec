using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// A stretch of pixels by 2:4 weights: what its chunks share. The tile picks neighbouring inputs of a token, so that the stretch's pixels become
/// rows first; outputs are transposed back as they are stored. A work item is a panel of outputs of a block of pixels.
/// </summary>
internal unsafe struct TwoOfFourChannels<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Pixels whose sums of a panel lie in the first-level cache: whole cache lines of each output.</summary>
    private const int StorePixels = 32;

    /// <summary>Inputs that are transposed together: few enough rows for the caches where they lie a power of two apart.</summary>
    private const int GatherInputs = 32;

    public VectorTwoOfFour Weights;
    public View X;
    public View Y;

    /// <summary>One for each output of whole panels, or empty.</summary>
    public View Bias;

    public Activation Activation;

    /// <summary>The stretch's pixels as rows.</summary>
    public View Rows;

    /// <summary>The stretch's first pixel.</summary>
    public int First;

    /// <summary>Pixels of a block.</summary>
    public int BlockPixels;
    public int Chunks;
    public CancellationToken Cancellation;

    public readonly int Blocks => (Rows.Rows + BlockPixels - 1) / BlockPixels;

    /// <summary>Transposes the pixels of one block.</summary>
    public static void Gather(ref TwoOfFourChannels<TWidth, TVector> pass, int block)
    {
        var (first, inputs) = (block * pass.BlockPixels, pass.Weights.InputWidth);
        var count = Math.Min(pass.BlockPixels, pass.Rows.Rows - first);
        for (var k = 0; k < inputs; k += GatherInputs)
        {
            RowsToColumns.Run(
                pass.X.Row(k) + pass.First + first, pass.X.Stride, Math.Min(GatherInputs, inputs - k), count, pass.Rows.Row(first) + k, pass.Rows.Stride);
        }
    }

    [SkipLocalsInit]
    public static void Run(ref TwoOfFourChannels<TWidth, TVector> pass, int chunk)
    {
        var (items, panels) = ((long)pass.Blocks * pass.Weights.Panels, pass.Weights.Panels);
        var end = (int)(items * (chunk + 1) / pass.Chunks);
        var sums = stackalloc float[StorePixels * pass.Weights.Panel];
        var rows = stackalloc float*[StorePixels];
        PanelTail.Point(sums, pass.Weights.Panel, rows, StorePixels);
        for (var item = (int)(items * chunk / pass.Chunks); item < end; item++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            var first = item / panels * pass.BlockPixels;
            var last = Math.Min(first + pass.BlockPixels, pass.Rows.Rows);
            for (var p = first; p < last; p += StorePixels)
            {
                pass.RunTile(item % panels, p, Math.Min(StorePixels, last - p), sums, rows);
            }
        }
    }

    private readonly void RunTile(int number, int pixel, int count, float* sums, float** rows)
    {
        var panel = Weights.Panel;
        TwoOfFourSums<TWidth, TVector>.Run(Weights, number, Rows.Row(pixel), Rows.Stride, count, sums);
        var finish = new Finish { Activation = Activation, Bias = Bias.IsEmpty ? null : Bias.Row(0) + (number * panel) };
        PanelFinish<TWidth, TVector>.Run(finish, rows, 0, rows, count, 0);
        var outputs = Math.Min(panel, Weights.OutputWidth - (number * panel));
        RowsToColumns.Run(sums, panel, count, outputs, Y.Row(number * panel) + First + pixel, Y.Stride);
    }
}
