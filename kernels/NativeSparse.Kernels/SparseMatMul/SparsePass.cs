using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>One pass over some tokens or pixels: what its chunks share. A work item is a strip of outputs of a group of tokens.</summary>
internal unsafe struct SparsePass<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    private const int MaxRegisters = 4;

    /// <summary>Outputs of a strip: a whole number of pairs and of blocks of every height; its sums lie in the first-level cache.</summary>
    private const int StripOutputs = 128;

    /// <summary>Bytes of a group's inputs that the second-level cache holds beside the weights.</summary>
    private const int CachedBytes = 256 << 10;

    /// <summary>Bytes of a group's inputs, about what the first-level cache holds.</summary>
    private const int NearBytes = 32 << 10;

    /// <summary>Entries of an output in a block of inputs that are worth the loading and storing of its sums.</summary>
    private const int LeastEntries = 50;

    public VectorSparse Weights;
    public View X;
    public View Y;
    public View Multiplier;

    /// <summary>One for each output of whole blocks.</summary>
    public View Bias;

    /// <summary>The groups' tokens as columns, <c>[group][K][GroupWidth]</c>; of pixels the last group alone.</summary>
    public View Packed;

    public Activation Activation;

    /// <summary>Whether rows are channels of pixels, not tokens.</summary>
    public bool IsChannels;

    public int Count;
    public int GroupWidth;

    /// <summary>Groups that are computed together.</summary>
    public int BatchGroups;

    public int Groups;
    public int Chunks;
    public CancellationToken Cancellation;

    public readonly int Batches => (Groups + BatchGroups - 1) / BatchGroups;

    /// <summary>Few outputs leave room for more registers of tokens.</summary>
    public static int GroupWidthOf(int blockHeight) => (blockHeight <= 2 ? MaxRegisters : 2) * TWidth.Lanes;

    /// <summary>
    /// Where each multiply-add loads its inputs, they come from the first-level cache as far as the weights are dense enough to fill blocks of so
    /// few inputs; where four outputs share them, from the second-level cache.
    /// </summary>
    public static VectorSparse Pack(SparseWeights weights, string version)
    {
        var inputBytes = sizeof(float) * GroupWidthOf(weights.BlockHeight);
        var most = CachedBytes / inputBytes;
        var inputs = weights.BlockHeight > 2
            ? most
            : (int)Math.Clamp(LeastEntries / Math.Max(weights.Density, 1e-6), NearBytes / inputBytes, most / 2);
        return new VectorSparse(weights, StripOutputs, inputs, version);
    }

    /// <summary>
    /// As many groups of pixels as the second-level cache holds inputs of: outputs are then written in long stretches, instead of a few values in
    /// each of many rows that lie far apart.
    /// </summary>
    public static int PixelGroups(VectorSparse weights) =>
        Math.Max(1, CachedBytes / (sizeof(float) * GroupWidthOf(weights.BlockHeight) * weights.InputWidth));

    /// <summary>Transposes the tokens of one group.</summary>
    public static void Gather(ref SparsePass<TWidth, TVector> pass, int group)
    {
        var (width, inputs) = (pass.GroupWidth, pass.Weights.InputWidth);
        var first = group * width;
        var count = Math.Min(width, pass.Count - first);
        var packed = pass.Packed.Row(group * inputs);
        if (count < width)
        {
            new Span<float>(packed, inputs * width).Clear();
        }

        RowsToColumns.Run(pass.X.Row(first), pass.X.Stride, count, inputs, packed, width);
    }

    /// <summary>Copies the pixels of a group that is not full: tiles read whole groups.</summary>
    public static void GatherLastPixels(in SparsePass<TWidth, TVector> pass)
    {
        var first = (pass.Groups - 1) * pass.GroupWidth;
        for (var k = 0; k < pass.Weights.InputWidth; k++)
        {
            var row = new Span<float>(pass.Packed.Row(k), pass.GroupWidth);
            row.Clear();
            new ReadOnlySpan<float>(pass.X.Row(k) + first, pass.Count - first).CopyTo(row);
        }
    }

    [SkipLocalsInit]
    public static void Run(ref SparsePass<TWidth, TVector> pass, int chunk)
    {
        var width = pass.GroupWidth;
        var sums = stackalloc float[pass.Weights.StripOutputs * width];
        var rows = stackalloc float*[pass.Weights.StripOutputs];
        var (item, end) = pass.Items(chunk);
        for (; item < end; item++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            var (number, first) = (item % pass.Weights.Strips, item % pass.Weights.Strips * pass.Weights.StripOutputs);
            var start = item / pass.Weights.Strips * pass.BatchGroups * width;
            var count = Math.Min(pass.BatchGroups * width, pass.Count - start);
            var strip = new SparseStrip<TWidth, TVector>
            {
                Weights = pass.Weights,
                Number = number,
                Outputs = Math.Min(pass.Weights.StripOutputs, pass.Weights.OutputWidth - first),
                Bias = pass.Bias.Row(0) + first,
                GroupWidth = width,
            };
            if (pass.IsChannels)
            {
                pass.RunPixels(strip, start, count, first, sums, rows);
            }
            else
            {
                strip.X = pass.Packed.Row(start / width * pass.Weights.InputWidth);
                strip.InputStride = width;
                pass.RunAside(strip, count, sums, rows);
                pass.StoreTokens(sums, start, count, first, strip.Outputs);
            }
        }
    }

    /// <summary>Whole groups of pixels go straight to their places, where no block or pair of outputs reaches beyond them.</summary>
    private readonly void RunPixels(SparseStrip<TWidth, TVector> strip, int start, int count, int first, float* sums, float** rows)
    {
        var isWhole = strip.Outputs % Math.Max(Weights.BlockHeight, 2) == 0;
        if (isWhole && count >= GroupWidth)
        {
            (strip.Groups, strip.InputStride, strip.OutputStride) = (count / GroupWidth, X.Stride, Y.Stride);
            strip.X = X.Row(0) + start;
            strip.Y = Y.Row(first) + start;
            strip.Multiply();
            for (var n = 0; n < strip.Outputs; n++)
            {
                rows[n] = Y.Row(first + n) + start;
            }

            Activate(rows, strip.Outputs, strip.Groups * GroupWidth);
            start += strip.Groups * GroupWidth;
            count -= strip.Groups * GroupWidth;
        }

        for (; count > 0; start += GroupWidth, count -= GroupWidth)
        {
            var isFull = count >= GroupWidth;
            strip.X = isFull ? X.Row(0) + start : Packed.Row(0);
            strip.InputStride = isFull ? X.Stride : GroupWidth;
            RunAside(strip, Math.Min(count, GroupWidth), sums, rows);
            for (var n = 0; n < strip.Outputs; n++)
            {
                new ReadOnlySpan<float>(rows[n], Math.Min(count, GroupWidth)).CopyTo(new Span<float>(Y.Row(first + n) + start, Math.Min(count, GroupWidth)));
            }
        }
    }

    /// <summary>One group, whose outputs do not lie in y yet.</summary>
    private readonly void RunAside(SparseStrip<TWidth, TVector> strip, int count, float* sums, float** rows)
    {
        strip.Groups = 1;
        strip.Y = sums;
        strip.OutputStride = GroupWidth;
        strip.IsShort = count <= 2 * TWidth.Lanes;
        strip.Multiply();
        PanelTail.Point(sums, GroupWidth, rows, strip.Outputs);
        Activate(rows, strip.Outputs, count);
    }

    private readonly void StoreTokens(float* strip, int start, int count, int first, int outputs)
    {
        if (Multiplier.IsEmpty)
        {
            RowsToColumns.Run(strip, GroupWidth, outputs, count, Y.Row(start) + first, Y.Stride);
            return;
        }

        // The multiplier may be the destination itself: values are multiplied before they are stored.
        for (var t = start; t < start + count; t++)
        {
            for (var n = 0; n < outputs; n++)
            {
                Y.Row(t)[first + n] = strip[(n * GroupWidth) + t - start] * Multiplier.Row(t)[first + n];
            }
        }
    }

    private readonly (int First, int End) Items(int chunk)
    {
        var items = (long)Batches * Weights.Strips;
        return ((int)(items * chunk / Chunks), (int)(items * (chunk + 1) / Chunks));
    }

    private readonly void Activate(float** rows, int outputs, int count)
    {
        var finish = new Finish { Activation = Activation };
        for (var column = 0; Activation.Kind != ActivationKind.Identity && column < count; column += 2 * TWidth.Lanes)
        {
            PanelFinish<TWidth, TVector>.Run(finish, rows, column, rows, outputs, column);
        }
    }
}
