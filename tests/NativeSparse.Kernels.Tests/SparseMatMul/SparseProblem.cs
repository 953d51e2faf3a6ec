namespace NativeSparse.Kernels.Tests;

/// <summary>Random sparse weights: blocks of one height, some outputs without any entry.</summary>
internal static class SparseProblem
{
    public static SparseWeights Weights(int inputs, int outputs, int height, double density)
    {
        var random = new Random(inputs + (31 * outputs) + height);
        var dense = new float[inputs * outputs];
        for (var row = 0; row < (outputs + height - 1) / height; row++)
        {
            var isEmpty = row % 7 == 3;
            for (var k = 0; k < inputs; k++)
            {
                if (isEmpty || random.NextDouble() >= density)
                {
                    continue;
                }

                for (var n = row * height; n < Math.Min((row + 1) * height, outputs); n++)
                {
                    dense[(k * outputs) + n] = (random.NextSingle() * 2) - 1;
                }
            }
        }

        return SparseWeights.FromDense(dense, inputs, outputs, height);
    }
}
