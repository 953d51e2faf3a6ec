namespace NativeSparse.Kernels;

/// <summary>
/// Sparse int8 weights <c>[K, N]</c> as blocks of 4 neighbouring inputs by R neighbouring outputs: outputs b R to b R + R - 1 share the ascending
/// list <c>InputBlocks[Starts[b] .. Starts[b + 1]]</c>; input block i is inputs 4 i to 4 i + 3, the last one may be short.
/// <c>W[k, n] = scale[n] * value[k, n]</c>, 0 in blocks that are not stored. Immutable by convention.
/// </summary>
public sealed class QuantizedSparseWeights
{
    /// <summary>Neighbouring inputs of a block.</summary>
    public const int BlockInputs = 4;

    private static readonly int[] Heights = [16, 32];

    /// <param name="inputWidth">K, at most <see cref="QuantizedWeights.MaxInputWidth"/>.</param>
    /// <param name="outputWidth">N.</param>
    /// <param name="blockHeight">R: 16 or 32.</param>
    /// <param name="starts"><c>[ceil(N / R) + 1]</c>, from 0 up.</param>
    /// <param name="inputBlocks">One for each block, ascending within an output block, below ceil(K / 4).</param>
    /// <param name="values"><c>[blocks, R, 4]</c>, -127 to 127; those beyond K and N are not used.</param>
    /// <param name="scales"><c>[N]</c>, finite.</param>
    /// <exception cref="ShapeMismatchException">A length does not match, K is too large, or input blocks are not ascending below ceil(K / 4).</exception>
    /// <exception cref="ArgumentOutOfRangeException">A width is not positive, or R is none of these.</exception>
    /// <exception cref="ArgumentException">A value is -128 or a scale is not finite.</exception>
    public QuantizedSparseWeights(
        int inputWidth,
        int outputWidth,
        int blockHeight,
        ReadOnlyMemory<int> starts,
        ReadOnlyMemory<int> inputBlocks,
        ReadOnlyMemory<sbyte> values,
        ReadOnlyMemory<float> scales)
    {
        CheckSizes(inputWidth, outputWidth, blockHeight);
        SparsePattern.Check(starts.Span, inputBlocks.Span, Blocks(outputWidth, blockHeight), Blocks(inputWidth, BlockInputs));
        Require("values", inputBlocks.Length * (long)blockHeight * BlockInputs, values.Length);
        Require("scales", outputWidth, scales.Length);
        if (values.Span.IndexOf(sbyte.MinValue) is >= 0 and var index)
        {
            throw new ArgumentException($"value {index} is -128; int8 weights are -127 to 127", nameof(values));
        }

        for (var n = 0; n < outputWidth; n++)
        {
            if (!float.IsFinite(scales.Span[n]))
            {
                throw new ArgumentException($"the scale of output {n} is {scales.Span[n]}; scales must be finite", nameof(scales));
            }
        }

        (InputWidth, OutputWidth, BlockHeight) = (inputWidth, outputWidth, blockHeight);
        (Starts, InputBlocks, Values, Scales) = (starts, inputBlocks, values, scales);
    }

    /// <summary>K.</summary>
    public int InputWidth { get; }

    /// <summary>N.</summary>
    public int OutputWidth { get; }

    /// <summary>R.</summary>
    public int BlockHeight { get; }

    /// <summary><c>[ceil(N / R) + 1]</c>: where the blocks of R outputs begin.</summary>
    public ReadOnlyMemory<int> Starts { get; }

    /// <summary>The input block of each block.</summary>
    public ReadOnlyMemory<int> InputBlocks { get; }

    /// <summary><c>[blocks, R, 4]</c>.</summary>
    public ReadOnlyMemory<sbyte> Values { get; }

    /// <summary><c>[N]</c>.</summary>
    public ReadOnlyMemory<float> Scales { get; }

    /// <summary>ceil(N / R).</summary>
    public int BlockRows => Blocks(OutputWidth, BlockHeight);

    /// <summary>Stored values over K N.</summary>
    public double Density => (double)Values.Length / ((double)InputWidth * OutputWidth);

    /// <summary>Keeps the blocks of a dense matrix that hold a value other than zero.</summary>
    /// <param name="weights"><c>[K, N]</c>.</param>
    /// <param name="blockHeight">R: 16 or 32.</param>
    /// <exception cref="ArgumentOutOfRangeException">R is none of these.</exception>
    public static QuantizedSparseWeights FromDense(QuantizedWeights weights, int blockHeight)
    {
        ArgumentNullException.ThrowIfNull(weights);
        CheckSizes(weights.InputWidth, weights.OutputWidth, blockHeight);
        var values = weights.Values.Span;
        var columns = Blocks(weights.OutputWidth, blockHeight);
        var isStored = new bool[Blocks(weights.InputWidth, BlockInputs) * columns];
        for (var k = 0; k < weights.InputWidth; k++)
        {
            for (var n = 0; n < weights.OutputWidth; n++)
            {
                isStored[(k / BlockInputs * columns) + (n / blockHeight)] |= values[(k * weights.OutputWidth) + n] != 0;
            }
        }

        return FromDense(weights, blockHeight, isStored);
    }

    /// <summary>Keeps the blocks of a dense matrix that a mask names; what lies in the others is dropped.</summary>
    /// <param name="weights"><c>[K, N]</c>.</param>
    /// <param name="blockHeight">R: 16 or 32.</param>
    /// <param name="isStored"><c>[ceil(K / 4), ceil(N / R)]</c>, row-major.</param>
    /// <exception cref="ShapeMismatchException">The mask's length does not match.</exception>
    /// <exception cref="ArgumentOutOfRangeException">R is none of these.</exception>
    public static QuantizedSparseWeights FromDense(QuantizedWeights weights, int blockHeight, ReadOnlySpan<bool> isStored)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var (inputs, outputs) = (weights.InputWidth, weights.OutputWidth);
        CheckSizes(inputs, outputs, blockHeight);
        var (rows, columns) = (Blocks(inputs, BlockInputs), Blocks(outputs, blockHeight));
        Require("isStored", (long)rows * columns, isStored.Length);
        var starts = new int[columns + 1];
        var blocks = new int[isStored.Count(true)];
        var stored = new sbyte[blocks.Length * blockHeight * BlockInputs];
        var block = 0;
        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < rows; row++)
            {
                if (isStored[(row * columns) + column])
                {
                    blocks[block] = row;
                    Copy(weights, row, column * blockHeight, stored.AsSpan(block++ * blockHeight * BlockInputs, blockHeight * BlockInputs));
                }
            }

            starts[column + 1] = block;
        }

        return new QuantizedSparseWeights(inputs, outputs, blockHeight, starts, blocks, stored, weights.Scales);
    }

    /// <summary>The matrix with its zeros.</summary>
    /// <exception cref="NotSupportedException">It has more values than an array.</exception>
    public QuantizedWeights ToDense()
    {
        var dense = new sbyte[SparsePattern.DenseLength(InputWidth, OutputWidth)];
        for (var row = 0; row < BlockRows; row++)
        {
            for (var block = Starts.Span[row]; block < Starts.Span[row + 1]; block++)
            {
                for (var n = row * BlockHeight; n < Math.Min((row + 1) * BlockHeight, OutputWidth); n++)
                {
                    var first = InputBlocks.Span[block] * BlockInputs;
                    for (var k = first; k < Math.Min(first + BlockInputs, InputWidth); k++)
                    {
                        dense[(k * OutputWidth) + n] = Value(block, n - (row * BlockHeight), k - first);
                    }
                }
            }
        }

        return new QuantizedWeights(dense, Scales, InputWidth, OutputWidth);
    }

    /// <summary>The values that are multiplied with, <c>scale[n] * value[k, n]</c>, as blocks of one input.</summary>
    public SparseWeights Dequantize()
    {
        var (starts, inputs, values) = (new int[BlockRows + 1], new List<int>(), new List<float>());
        for (var row = 0; row < BlockRows; row++)
        {
            for (var block = Starts.Span[row]; block < Starts.Span[row + 1]; block++)
            {
                var first = InputBlocks.Span[block] * BlockInputs;
                for (var k = first; k < Math.Min(first + BlockInputs, InputWidth); k++)
                {
                    inputs.Add(k);
                    for (var i = 0; i < BlockHeight; i++)
                    {
                        var n = (row * BlockHeight) + i;
                        values.Add(n < OutputWidth ? Value(block, i, k - first) * Scales.Span[n] : 0);
                    }
                }
            }

            starts[row + 1] = inputs.Count;
        }

        return new SparseWeights(InputWidth, OutputWidth, BlockHeight, starts, inputs.ToArray(), values.ToArray());
    }

    internal sbyte Value(int block, int output, int input) => Values.Span[(((block * BlockHeight) + output) * BlockInputs) + input];

    private static void Copy(QuantizedWeights weights, int row, int first, Span<sbyte> block)
    {
        for (var k = row * BlockInputs; k < Math.Min((row + 1) * BlockInputs, weights.InputWidth); k++)
        {
            for (var n = first; n < Math.Min(first + (block.Length / BlockInputs), weights.OutputWidth); n++)
            {
                block[((n - first) * BlockInputs) + (k % BlockInputs)] = weights.Values.Span[(k * weights.OutputWidth) + n];
            }
        }
    }

    private static int Blocks(int width, int size) => ((width - 1) / size) + 1;

    private static void Require(string operand, long expected, int actual)
    {
        if (actual != expected)
        {
            throw new ShapeMismatchException(operand, $"{expected} values", $"{actual} values");
        }
    }

    private static void CheckSizes(int inputWidth, int outputWidth, int blockHeight)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputWidth);
        if (!Heights.Contains(blockHeight))
        {
            throw new ArgumentOutOfRangeException(nameof(blockHeight), blockHeight, $"expected one of {string.Join(", ", Heights)}");
        }

        if (inputWidth > QuantizedWeights.MaxInputWidth)
        {
            throw new ShapeMismatchException("weights", $"at most {QuantizedWeights.MaxInputWidth} inputs at int8", $"{inputWidth}");
        }
    }
}
