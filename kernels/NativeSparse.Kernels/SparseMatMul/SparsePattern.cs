namespace NativeSparse.Kernels;

/// <summary>Lists of stored blocks, one for each row of blocks, one after the other.</summary>
internal static class SparsePattern
{
    /// <summary>Checks that there are as many lists as rows, each ascending below a limit.</summary>
    /// <exception cref="ShapeMismatchException">They are not.</exception>
    public static void Check(ReadOnlySpan<int> starts, ReadOnlySpan<int> inputs, int rows, int limit)
    {
        if (starts.Length != rows + 1 || starts[0] != 0 || starts[^1] != inputs.Length)
        {
            throw new ShapeMismatchException("starts", $"{rows + 1} values from 0 to {inputs.Length}", Describe(starts));
        }

        for (var row = 0; row < rows; row++)
        {
            if (starts[row] > starts[row + 1] || starts[row + 1] > inputs.Length)
            {
                throw new ShapeMismatchException("starts", $"values up to {inputs.Length} that do not fall", $"{starts[row + 1]} after {starts[row]}");
            }

            var previous = -1;
            foreach (var input in inputs[starts[row]..starts[row + 1]])
            {
                if (input <= previous || input >= limit)
                {
                    throw new ShapeMismatchException("inputs", $"ascending indices below {limit}", $"{input} after {previous} in row {row} of blocks");
                }

                previous = input;
            }
        }
    }

    /// <summary>Values of a matrix with its zeros.</summary>
    /// <exception cref="NotSupportedException">They are more than an array has.</exception>
    public static int DenseLength(int inputWidth, int outputWidth) => (long)inputWidth * outputWidth is var length && length <= Array.MaxLength
        ? (int)length
        : throw new NotSupportedException($"a dense matrix {inputWidth} x {outputWidth} has {length} values, an array holds at most {Array.MaxLength}");

    private static string Describe(ReadOnlySpan<int> starts) =>
        starts.IsEmpty ? "none" : $"{starts.Length} values from {starts[0]} to {starts[^1]}";
}
