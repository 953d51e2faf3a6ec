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
    public int Groups;
    public int Chunks;
    public CancellationToken Cancellation;

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
        var stripOutputs = pass.Weights.StripOutputs;
        var strip = stackalloc float[stripOutputs * width];
        var rows = stackalloc float*[stripOutputs];
        PanelTail.Point(strip, width, rows, stripOutputs);
        var (item, end) = pass.Items(chunk);
        for (; item < end; item++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            var (start, first) = (item / pass.Weights.Strips * width, item % pass.Weights.Strips * stripOutputs);
            var (count, outputs) = (Math.Min(width, pass.Count - start), Math.Min(stripOutputs, pass.Weights.OutputWidth - first));
            if (pass.IsChannels && count == width)
            {
                pass.Multiply(pass.X.Row(0) + start, pass.X.Stride, first, outputs, count, strip);
            }
            else
            {
                pass.Multiply(pass.Packed.Row(pass.IsChannels ? 0 : start / width * pass.Weights.InputWidth), width, first, outputs, count, strip);
            }

            pass.Activate(rows, outputs, count);
            if (pass.IsChannels)
            {
                pass.StorePixels(rows, start, count, first, outputs);
            }
            else
            {
                pass.StoreTokens(strip, start, count, first, outputs);
            }
        }
    }

    private readonly void StorePixels(float** rows, int start, int count, int first, int outputs)
    {
        for (var n = 0; n < outputs; n++)
        {
            new ReadOnlySpan<float>(rows[n], count).CopyTo(new Span<float>(Y.Row(first + n) + start, count));
        }
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
        var items = (long)Groups * Weights.Strips;
        return ((int)(items * chunk / Chunks), (int)(items * (chunk + 1) / Chunks));
    }

    /// <summary>strip[n][p] = sum over the entries of output first + n, bias added; the strip's rows are as wide as a group.</summary>
    private readonly void Multiply(float* x, nint stride, int first, int outputs, int count, float* strip)
    {
        var isShort = count <= 2 * TWidth.Lanes;
        var height = Weights.BlockHeight;
        var rows = (outputs + height - 1) / height;
        for (var block = 0; block < Weights.InputBlocks; block++)
        {
            var starts = Weights.Starts + ((((first / Weights.StripOutputs) * Weights.InputBlocks) + block) * Weights.StripRows);
            var inputs = x + (block * Weights.BlockInputs * stride);
            var bias = block == Weights.InputBlocks - 1 ? Bias.Row(0) + first : null;
            switch (height)
            {
                case 1 when isShort:
                    MultiplySingle<RowCounts.Two>(starts, rows, inputs, stride, block == 0, bias, strip);
                    break;
                case 1:
                    MultiplySingle<RowCounts.Four>(starts, rows, inputs, stride, block == 0, bias, strip);
                    break;
                case 2 when isShort:
                    MultiplyTwo<RowCounts.Two>(starts, rows, inputs, stride, block == 0, bias, strip);
                    break;
                case 2:
                    MultiplyTwo<RowCounts.Four>(starts, rows, inputs, stride, block == 0, bias, strip);
                    break;
                default:
                    MultiplyBlocks(starts, rows, inputs, stride, block == 0, bias, strip);
                    break;
            }
        }
    }

    private readonly void MultiplySingle<TVectors>(int* starts, int rows, float* x, nint stride, bool isFirst, float* bias, float* y)
        where TVectors : struct, IRowCount
    {
        for (var row = 0; row < rows; row += 2)
        {
            var start = starts[row];
            SparseTile<TWidth, TVector>.RunPair<TVectors>(
                Weights.Inputs + start,
                Weights.Values + start,
                starts[row + 1] - start,
                starts[row + 2] - starts[row + 1],
                x,
                stride,
                isFirst,
                bias == null ? null : bias + row,
                y + (row * GroupWidth),
                GroupWidth);
        }
    }

    private readonly void MultiplyTwo<TVectors>(int* starts, int rows, float* x, nint stride, bool isFirst, float* bias, float* y)
        where TVectors : struct, IRowCount
    {
        for (var row = 0; row < rows; row++)
        {
            var start = starts[row];
            SparseTile<TWidth, TVector>.RunTwo<TVectors>(
                Weights.Inputs + start,
                Weights.Values + (2 * (nint)start),
                starts[row + 1] - start,
                x,
                stride,
                isFirst,
                bias == null ? null : bias + (2 * row),
                y + (2 * row * GroupWidth),
                GroupWidth);
        }
    }

    /// <summary>Blocks of 4 outputs or more, in tiles of what the registers hold.</summary>
    private readonly void MultiplyBlocks(int* starts, int rows, float* x, nint stride, bool isFirst, float* bias, float* y)
    {
        var height = Weights.BlockHeight;
        var isTall = height >= 8 && TWidth.TileRows >= 8;
        for (var output = 0; output < rows * height; output += isTall ? 8 : 4)
        {
            var (row, place) = (output / height, output % height);
            var (start, count) = (starts[row], starts[row + 1] - starts[row]);
            var inputs = Weights.Inputs + start;
            var values = Weights.Values + ((nint)start * height) + place;
            var added = bias == null ? null : bias + output;
            var target = y + (output * GroupWidth);
            if (isTall)
            {
                SparseTile<TWidth, TVector>.RunBlock<RowCounts.Eight>(inputs, values, height, count, x, stride, isFirst, added, target, GroupWidth);
            }
            else
            {
                SparseTile<TWidth, TVector>.RunBlock<RowCounts.Four>(inputs, values, height, count, x, stride, isFirst, added, target, GroupWidth);
            }
        }
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
