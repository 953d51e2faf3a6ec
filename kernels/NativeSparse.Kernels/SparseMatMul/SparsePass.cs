using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>One pass over some tokens or pixels: what its chunks share. A work item is a strip of outputs of a group of tokens.</summary>
internal unsafe struct SparsePass<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Outputs of a strip: a whole number of blocks of every height.</summary>
    public const int StripOutputs = 32;

    private const int MaxRegisters = 4;

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
    public int Strips;
    public int Chunks;
    public CancellationToken Cancellation;

    /// <summary>Few outputs leave room for more registers of tokens.</summary>
    public static int GroupWidthOf(int blockHeight) => (blockHeight <= 2 ? MaxRegisters : 2) * TWidth.Lanes;

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
        var strip = stackalloc float[StripOutputs * MaxRegisters * TWidth.Lanes];
        var rows = stackalloc float*[StripOutputs];
        PanelTail.Point(strip, width, rows, StripOutputs);
        var (item, end) = pass.Items(chunk);
        for (; item < end; item++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            var (start, first) = (item / pass.Strips * width, item % pass.Strips * StripOutputs);
            var (count, outputs) = (Math.Min(width, pass.Count - start), Math.Min(StripOutputs, pass.Weights.OutputWidth - first));
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
        var items = (long)Groups * Strips;
        return ((int)(items * chunk / Chunks), (int)(items * (chunk + 1) / Chunks));
    }

    /// <summary>strip[n][p] = sum over the entries of output first + n, bias added; the strip's rows are as wide as a group.</summary>
    private readonly void Multiply(float* x, nint stride, int first, int outputs, int count, float* strip)
    {
        var height = Weights.BlockHeight;
        var isShort = count <= 2 * TWidth.Lanes;
        for (var n = 0; n < outputs; n += height)
        {
            var start = Weights.Starts[(first + n) / height];
            var entries = Weights.Starts[((first + n) / height) + 1] - start;
            var inputs = Weights.Inputs + start;
            var values = Weights.Values + ((nint)start * height);
            var bias = Bias.Row(0) + first + n;
            var y = strip + (n * GroupWidth);
            switch (height)
            {
                case 1 when isShort:
                    SparseTile<TWidth, TVector>.RunOne<RowCounts.Two>(inputs, values, entries, x, stride, bias[0], y);
                    break;
                case 1:
                    SparseTile<TWidth, TVector>.RunOne<RowCounts.Four>(inputs, values, entries, x, stride, bias[0], y);
                    break;
                case 2 when isShort:
                    SparseTile<TWidth, TVector>.RunTwo<RowCounts.Two>(inputs, values, entries, x, stride, bias, y, GroupWidth);
                    break;
                case 2:
                    SparseTile<TWidth, TVector>.RunTwo<RowCounts.Four>(inputs, values, entries, x, stride, bias, y, GroupWidth);
                    break;
                default:
                    MultiplyBlock(inputs, values, entries, x, stride, bias, y);
                    break;
            }
        }
    }

    /// <summary>A block of 4 outputs or more, in tiles of what the registers hold.</summary>
    private readonly void MultiplyBlock(int* inputs, float* values, int entries, float* x, nint stride, float* bias, float* y)
    {
        var height = Weights.BlockHeight;
        var isTall = height >= 8 && TWidth.TileRows >= 8;
        for (var n = 0; n < height; n += isTall ? 8 : 4)
        {
            if (isTall)
            {
                SparseTile<TWidth, TVector>.RunBlock<RowCounts.Eight>(inputs, values + n, height, entries, x, stride, bias + n, y + (n * GroupWidth), GroupWidth);
            }
            else
            {
                SparseTile<TWidth, TVector>.RunBlock<RowCounts.Four>(inputs, values + n, height, entries, x, stride, bias + n, y + (n * GroupWidth), GroupWidth);
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
