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
    public static void RunTokens(ref SparsePass<TWidth, TVector> pass, int chunk)
    {
        var width = pass.GroupWidth;
        var strip = stackalloc float[StripOutputs * MaxRegisters * TWidth.Lanes];
        var rows = stackalloc float*[StripOutputs];
        PanelTail.Point(strip, width, rows, StripOutputs);
        var (item, end) = pass.Items(chunk);
        for (; item < end; item++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            var (token, first) = (item / pass.Strips * width, item % pass.Strips * StripOutputs);
            var (count, outputs) = (Math.Min(width, pass.Count - token), Math.Min(StripOutputs, pass.Weights.OutputWidth - first));
            pass.Multiply(pass.Packed.Row(token / width * pass.Weights.InputWidth), width, first, outputs, count, strip);
            pass.Activate(rows, outputs, count);
            RowsToColumns.Run(strip, width, outputs, count, pass.Y.Row(token) + first, pass.Y.Stride);
            for (var t = token; !pass.Multiplier.IsEmpty && t < token + count; t++)
            {
                for (var n = first; n < first + outputs; n++)
                {
                    pass.Y.Row(t)[n] *= pass.Multiplier.Row(t)[n];
                }
            }
        }
    }

    [SkipLocalsInit]
    public static void RunPixels(ref SparsePass<TWidth, TVector> pass, int chunk)
    {
        var width = pass.GroupWidth;
        var strip = stackalloc float[StripOutputs * MaxRegisters * TWidth.Lanes];
        var rows = stackalloc float*[StripOutputs];
        PanelTail.Point(strip, width, rows, StripOutputs);
        var (item, end) = pass.Items(chunk);
        for (; item < end; item++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            var (pixel, first) = (item / pass.Strips * width, item % pass.Strips * StripOutputs);
            var (count, outputs) = (Math.Min(width, pass.Count - pixel), Math.Min(StripOutputs, pass.Weights.OutputWidth - first));
            if (count == width)
            {
                pass.Multiply(pass.X.Row(0) + pixel, pass.X.Stride, first, outputs, count, strip);
            }
            else
            {
                pass.Multiply(pass.Packed.Row(0), width, first, outputs, count, strip);
            }

            pass.Activate(rows, outputs, count);
            for (var n = 0; n < outputs; n++)
            {
                new ReadOnlySpan<float>(rows[n], count).CopyTo(new Span<float>(pass.Y.Row(first + n) + pixel, count));
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
