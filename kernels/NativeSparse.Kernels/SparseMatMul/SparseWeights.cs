namespace NativeSparse.Kernels;

/// <summary>
/// Sparse weights <c>[K, N]</c> as blocks of one input by R neighbouring outputs: outputs b R to b R + R - 1 share the list of inputs
/// <c>Inputs[Starts[b] .. Starts[b + 1]]</c>, ascending, and each of them has R values. R = 1 is CSR by output. Immutable by convention.
/// </summary>
public sealed class SparseWeights
{
    private static readonly int[] Heights = [1, 2, 4, 8, 16, 32];

    /// <param name="inputWidth">K.</param>
    /// <param name="outputWidth">N.</param>
    /// <param name="blockHeight">R: 1, 2, 4, 8, 16 or 32.</param>
    /// <param name="starts"><c>[ceil(N / R) + 1]</c>, from 0 up.</param>
    /// <param name="inputs">One for each block, ascending within an output block.</param>
    /// <param name="values">R for each block; those beyond N are not used.</param>
    /// <exception cref="ShapeMismatchException">A length does not match, or inputs are not ascending below K.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A width is not positive, or R is none of these.</exception>
    public SparseWeights(
        int inputWidth, int outputWidth, int blockHeight, ReadOnlyMemory<int> starts, ReadOnlyMemory<int> inputs, ReadOnlyMemory<float> values)
    {
        CheckSizes(inputWidth, outputWidth, blockHeight);
        SparsePattern.Check(starts.Span, inputs.Span, BlockRowsOf(outputWidth, blockHeight), inputWidth);
        if (values.Length != (long)inputs.Length * blockHeight)
        {
            throw new ShapeMismatchException("values", $"{inputs.Length} x {blockHeight} values", $"{values.Length} values");
        }

        InputWidth = inputWidth;
        OutputWidth = outputWidth;
        BlockHeight = blockHeight;
        Starts = starts;
        Inputs = inputs;
        Values = values;
    }

    /// <summary>K.</summary>
    public int InputWidth { get; }

    /// <summary>N.</summary>
    public int OutputWidth { get; }

    /// <summary>R.</summary>
    public int BlockHeight { get; }

    /// <summary><c>[ceil(N / R) + 1]</c>: where the blocks of R outputs begin.</summary>
    public ReadOnlyMemory<int> Starts { get; }

    /// <summary>The input of each block.</summary>
    public ReadOnlyMemory<int> Inputs { get; }

    /// <summary><c>[blocks, R]</c>.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>ceil(N / R).</summary>
    public int BlockRows => BlockRowsOf(OutputWidth, BlockHeight);

    /// <summary>Stored values over K N.</summary>
    public double Density => (double)Values.Length / ((double)InputWidth * OutputWidth);

    /// <summary>Keeps the blocks of a dense matrix that hold a value other than zero.</summary>
    /// <param name="weights"><c>[K, N]</c>, row-major.</param>
    /// <param name="inputWidth">K.</param>
    /// <param name="outputWidth">N.</param>
    /// <param name="blockHeight">R: 1, 2, 4, 8, 16 or 32.</param>
    /// <exception cref="ShapeMismatchException">The length does not match.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A width is not positive, or R is none of these.</exception>
    public static SparseWeights FromDense(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, int blockHeight)
    {
        CheckSizes(inputWidth, outputWidth, blockHeight);
        DenseArguments.CheckPack(weights.Length, inputWidth, outputWidth);
        var starts = new int[BlockRowsOf(outputWidth, blockHeight) + 1];
        var (inputs, values) = (new List<int>(), new List<float>());
        for (var row = 0; row < starts.Length - 1; row++)
        {
            var (first, count) = (row * blockHeight, Math.Min(blockHeight, outputWidth - (row * blockHeight)));
            for (var k = 0; k < inputWidth; k++)
            {
                var block = weights.Slice((k * outputWidth) + first, count);
                if (!block.ContainsAnyExcept(0f))
                {
                    continue;
                }

                inputs.Add(k);
                values.AddRange(block);
                for (var i = count; i < blockHeight; i++)
                {
                    values.Add(0);
                }
            }

            starts[row + 1] = inputs.Count;
        }

        return new SparseWeights(inputWidth, outputWidth, blockHeight, starts, inputs.ToArray(), values.ToArray());
    }

    /// <summary>The matrix <c>[K, N]</c> with its zeros.</summary>
    /// <exception cref="NotSupportedException">It has more values than an array.</exception>
    public float[] ToDense()
    {
        var dense = new float[SparsePattern.DenseLength(InputWidth, OutputWidth)];
        for (var row = 0; row < BlockRows; row++)
        {
            for (var block = Starts.Span[row]; block < Starts.Span[row + 1]; block++)
            {
                for (var n = row * BlockHeight; n < Math.Min((row + 1) * BlockHeight, OutputWidth); n++)
                {
                    dense[(Inputs.Span[block] * OutputWidth) + n] = Values.Span[(block * BlockHeight) + n - (row * BlockHeight)];
                }
            }
        }

        return dense;
    }

    private static int BlockRowsOf(int outputWidth, int blockHeight) => ((outputWidth - 1) / blockHeight) + 1;

    private static void CheckSizes(int inputWidth, int outputWidth, int blockHeight)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputWidth);
        if (!Heights.Contains(blockHeight))
        {
            throw new ArgumentOutOfRangeException(nameof(blockHeight), blockHeight, $"expected one of {string.Join(", ", Heights)}");
        }
    }
}
