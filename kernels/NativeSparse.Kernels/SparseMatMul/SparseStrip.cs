namespace NativeSparse.Kernels;

/// <summary>
/// The products of one strip of outputs: block of inputs by block, output by output, and for each of them the groups of tokens or pixels that are
/// computed together.
/// </summary>
internal unsafe ref struct SparseStrip<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public VectorSparse Weights;

    /// <summary>Which strip.</summary>
    public int Number;

    /// <summary>Outputs of it; those of a last block or pair beyond them are computed, too.</summary>
    public int Outputs;

    /// <summary>One for each output.</summary>
    public float* Bias;

    /// <summary>Input k of token p lies at k InputStride + p.</summary>
    public float* X;

    public nint InputStride;

    /// <summary>Output n of token p lies at n OutputStride + p.</summary>
    public float* Y;

    public nint OutputStride;

    /// <summary>Groups of tokens, <see cref="GroupWidth"/> each.</summary>
    public int Groups;

    public int GroupWidth;

    /// <summary>Whether a group holds two registers of tokens at most.</summary>
    public bool IsShort;

    public readonly void Multiply()
    {
        for (var block = 0; block < Weights.InputBlocks; block++)
        {
            switch (Weights.BlockHeight)
            {
                case 1 when IsShort:
                    MultiplyPairs<RowCounts.Two>(block);
                    break;
                case 1:
                    MultiplyPairs<RowCounts.Four>(block);
                    break;
                case 2 when IsShort:
                    MultiplyTwo<RowCounts.Two>(block);
                    break;
                case 2:
                    MultiplyTwo<RowCounts.Four>(block);
                    break;
                default:
                    MultiplyBlocks(block);
                    break;
            }
        }
    }

    private readonly int* Starts(int block) => Weights.Starts + (((Number * Weights.InputBlocks) + block) * Weights.StripRows);

    private readonly float* Inputs(int block) => X + (block * Weights.BlockInputs * InputStride);

    private readonly float* BiasOf(int block, int output) => block == Weights.InputBlocks - 1 ? Bias + output : null;

    private readonly void MultiplyPairs<TVectors>(int block)
        where TVectors : struct, IRowCount
    {
        var starts = Starts(block);
        var x = Inputs(block);
        for (var row = 0; row < Outputs; row += 2)
        {
            var start = starts[row];
            var (count, nextCount) = (starts[row + 1] - start, starts[row + 2] - starts[row + 1]);
            for (var p = 0; p < Groups * GroupWidth; p += GroupWidth)
            {
                SparseTile<TWidth, TVector>.RunPair<TVectors>(
                    Weights.Inputs + start,
                    Weights.Values + start,
                    count,
                    nextCount,
                    x + p,
                    InputStride,
                    block == 0,
                    BiasOf(block, row),
                    Y + (row * OutputStride) + p,
                    OutputStride);
            }
        }
    }

    private readonly void MultiplyTwo<TVectors>(int block)
        where TVectors : struct, IRowCount
    {
        var starts = Starts(block);
        var x = Inputs(block);
        for (var output = 0; output < Outputs; output += 2)
        {
            var (start, count) = (starts[output / 2], starts[(output / 2) + 1] - starts[output / 2]);
            for (var p = 0; p < Groups * GroupWidth; p += GroupWidth)
            {
                SparseTile<TWidth, TVector>.RunTwo<TVectors>(
                    Weights.Inputs + start,
                    Weights.Values + (2 * (nint)start),
                    count,
                    x + p,
                    InputStride,
                    block == 0,
                    BiasOf(block, output),
                    Y + (output * OutputStride) + p,
                    OutputStride);
            }
        }
    }

    /// <summary>Blocks of 4 outputs or more, in tiles of what the registers hold.</summary>
    private readonly void MultiplyBlocks(int block)
    {
        var height = Weights.BlockHeight;
        var starts = Starts(block);
        var x = Inputs(block);
        var isTall = height >= 8 && TWidth.TileRows >= 8;
        for (var output = 0; output < (Outputs + height - 1) / height * height; output += isTall ? 8 : 4)
        {
            var (row, place) = (output / height, output % height);
            var (start, count) = (starts[row], starts[row + 1] - starts[row]);
            var values = Weights.Values + ((nint)start * height) + place;
            for (var p = 0; p < Groups * GroupWidth; p += GroupWidth)
            {
                var y = Y + (output * OutputStride) + p;
                if (isTall)
                {
                    SparseTile<TWidth, TVector>.RunBlock<RowCounts.Eight>(
                        Weights.Inputs + start, values, height, count, x + p, InputStride, block == 0, BiasOf(block, output), y, OutputStride);
                }
                else
                {
                    SparseTile<TWidth, TVector>.RunBlock<RowCounts.Four>(
                        Weights.Inputs + start, values, height, count, x + p, InputStride, block == 0, BiasOf(block, output), y, OutputStride);
                }
            }
        }
    }
}
