using System.Diagnostics;

namespace NativeSparse.Kernels;

/// <summary>Measures the layouts on random matrices and fits costs by inputs, outputs and stored values to the times.</summary>
internal static class SparseCostFit
{
    private const double SliceMilliseconds = 0.2;

    /// <summary>Inputs, outputs, share of the blocks that are stored: every density, and shapes that tell inputs and outputs apart.</summary>
    private static readonly (int Inputs, int Outputs, double Density)[] Samples =
        [.. SparseCost.Densities.Select(density => (768, 768, density)), (384, 1536, 0.1), (1536, 384, 0.1), (384, 1536, 0.35), (1536, 384, 0.35)];

    public static IEnumerable<SparseCost> Run(
        Backend backend, Precision precision, IReadOnlyList<int> tokenCounts, int rounds, CancellationToken cancellation)
    {
        var layouts = SparseLayout.All(precision);
        var matrices = new List<(SparseLayout Layout, long Stored, PrunedMatrix Matrix)>();
        try
        {
            foreach (var layout in layouts)
            {
                foreach (var sample in Samples)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var weights = Weights(layout, sample);
                    var stored = layout.CountStored<float>(weights, sample.Inputs, sample.Outputs);
                    matrices.Add((layout, stored, PrunedMatrix.Pack(backend, weights, sample.Inputs, sample.Outputs, precision, layout)));
                }
            }

            var costs = new List<SparseCost>();
            foreach (var tokens in tokenCounts)
            {
                var times = Time(matrices.ConvertAll(matrix => matrix.Matrix), tokens, rounds, cancellation);
                foreach (var layout in layouts)
                {
                    var own = Enumerable.Range(0, matrices.Count).Where(i => matrices[i].Layout == layout).ToArray();
                    var fit = Fit([.. own.Select(i => Array.ConvertAll(Terms(matrices[i].Matrix, matrices[i].Stored), term => term * tokens / times[i]))]);
                    costs.Add(new SparseCost(layout, tokens, fit[0], fit[1], fit[2..]));
                }
            }

            return costs;
        }
        finally
        {
            matrices.ForEach(matrix => matrix.Matrix.Dispose());
        }
    }

    private static double[] Terms(PrunedMatrix matrix, long stored)
    {
        var density = stored / ((double)matrix.InputWidth * matrix.OutputWidth);
        return [matrix.InputWidth, matrix.OutputWidth, .. SparseCost.Densities.Select((_, i) => stored * SparseCost.Share(i, density))];
    }

    /// <summary>
    /// Coefficients, none below 0, with which each row's sum comes near 1, by least squares; a value's costs at neighbouring densities are held
    /// together a little, so that a disturbed timing does not take all of one.
    /// </summary>
    internal static double[] Fit(double[][] rows)
    {
        const double Hold = 0.2;
        var size = rows[0].Length;
        var equations = rows.Select(row => (Row: row, Value: 1.0)).ToList();
        for (var term = size - SparseCost.Densities.Count; term < size - 1; term++)
        {
            var row = new double[size];
            row[term] = Hold * rows.Max(other => other[term]);
            row[term + 1] = -row[term];
            equations.Add((row, 0));
        }

        var active = Enumerable.Range(0, size).ToList();
        while (active.Count > 0)
        {
            var solution = Solve(equations, active, size);
            var least = active.MinBy(term => solution[term]);
            if (solution[least] >= 0)
            {
                return solution;
            }

            active.Remove(least);
        }

        return new double[size];
    }

    /// <summary>Normal equations of the active coefficients; the others are 0.</summary>
    private static double[] Solve(List<(double[] Row, double Value)> equations, List<int> active, int terms)
    {
        var size = active.Count;
        var (matrix, right) = (new double[size, size], new double[size]);
        foreach (var (row, value) in equations)
        {
            for (var a = 0; a < size; a++)
            {
                right[a] += row[active[a]] * value;
                for (var b = 0; b < size; b++)
                {
                    matrix[a, b] += row[active[a]] * row[active[b]];
                }
            }
        }

        for (var pivot = 0; pivot < size; pivot++)
        {
            for (var row = pivot + 1; row < size && matrix[pivot, pivot] > 0; row++)
            {
                var factor = matrix[row, pivot] / matrix[pivot, pivot];
                right[row] -= factor * right[pivot];
                for (var column = pivot; column < size; column++)
                {
                    matrix[row, column] -= factor * matrix[pivot, column];
                }
            }
        }

        var result = new double[terms];
        for (var row = size - 1; row >= 0; row--)
        {
            var sum = right[row];
            for (var column = row + 1; column < size; column++)
            {
                sum -= matrix[row, column] * result[active[column]];
            }

            // A term that no row has, or that cannot be told from another, stays 0.
            result[active[row]] = matrix[row, row] > 0 ? sum / matrix[row, row] : 0;
        }

        return result;
    }

    /// <summary>Nanoseconds of each, the shortest of rounds in which all take their turn: what disturbs a timing only adds to it.</summary>
    private static double[] Time(List<PrunedMatrix> matrices, int tokens, int rounds, CancellationToken cancellation)
    {
        using var memory = new Scratch();
        using var scratch = new Scratch();
        var execution = new Execution(SerialSplitter.Instance, scratch, cancellation);
        var x = memory.Rent(tokens, Samples.Max(sample => sample.Inputs));
        var y = memory.Rent(tokens, Samples.Max(sample => sample.Outputs));
        var random = new Random(2);
        for (var t = 0; t < tokens; t++)
        {
            foreach (ref var value in x.RowSpan(t))
            {
                value = random.NextSingle() - 0.5f;
            }
        }

        var times = matrices.ConvertAll(_ => new double[rounds]);
        var repeats = new int[matrices.Count];
        for (var round = -2; round < rounds; round++)
        {
            for (var i = 0; i < matrices.Count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                var (matrix, count) = (matrices[i], Math.Max(repeats[i], 1));
                var (input, output) = (View.Create(x.Address, tokens, matrix.InputWidth, x.Stride), View.Create(y.Address, tokens, matrix.OutputWidth, y.Stride));

                // One token meets weights that others have driven out of the caches, as between the layers of a model; many do not wait for them.
                if (tokens > 1)
                {
                    matrix.Run(execution, input, default, output);
                }

                var start = Stopwatch.GetTimestamp();
                for (var repeat = 0; repeat < count; repeat++)
                {
                    matrix.Run(execution, input, default, output);
                }

                var elapsed = Stopwatch.GetElapsedTime(start).TotalNanoseconds / count;
                if (round >= 0)
                {
                    times[i][round] = elapsed;
                }
                else
                {
                    repeats[i] = tokens == 1 ? 1 : (int)Math.Clamp(SliceMilliseconds * 1e6 / elapsed, 1, 1000);
                }
            }
        }

        return [.. times.Select(samples => samples.Min())];
    }

    private static float[] Weights(SparseLayout layout, (int Inputs, int Outputs, double Density) sample)
    {
        var random = new Random(1);
        var weights = new float[sample.Inputs * sample.Outputs];
        var (height, inputs) = layout.IsDense ? (1, 1) : (layout.BlockHeight, layout.BlockInputs);
        for (var k = 0; k < sample.Inputs; k += inputs)
        {
            for (var n = 0; n < sample.Outputs; n += height)
            {
                if (!layout.IsDense && random.NextDouble() >= sample.Density)
                {
                    continue;
                }

                for (var row = k; row < k + inputs; row++)
                {
                    foreach (ref var value in weights.AsSpan((row * sample.Outputs) + n, height))
                    {
                        value = random.NextSingle() + 0.5f;
                    }
                }
            }
        }

        return weights;
    }
}
