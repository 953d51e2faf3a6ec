using System.Numerics.Tensors;

namespace NativeSparse.Numerics;

/// <summary>
/// k-means of n points into groups of fixed sizes: k-means++ start, a few free rounds, then rounds whose assignment is the cheapest
/// one with those sizes. Seeded and deterministic.
/// </summary>
internal static class BalancedKMeans
{
    private const int FreeRounds = 4;
    private const int BalancedRounds = 4;

    /// <summary>The group of each point.</summary>
    /// <param name="products">Where distances are computed.</param>
    /// <param name="points"><c>[n, width]</c>.</param>
    /// <param name="width">Coordinates of a point.</param>
    /// <param name="sizes">Points in each group; they sum to n.</param>
    /// <param name="seed">Of the start.</param>
    /// <param name="cancellation">Checked in every round.</param>
    public static int[] Cluster(MatrixProducts products, float[] points, int width, int[] sizes, int seed, CancellationToken cancellation)
    {
        var groups = sizes.Length;
        var count = points.Length / width;
        var centres = Start(points, width, groups, seed);
        int[] groupOf = [];
        for (var round = 0; round < FreeRounds + BalancedRounds; round++)
        {
            var costs = Costs(products, points, width, centres, groups);
            var next = round < FreeRounds ? Nearest(costs, groups) : BalancedAssignment.Solve(costs, sizes, cancellation);
            if (round > FreeRounds && next.AsSpan().SequenceEqual(groupOf))
            {
                break;
            }

            groupOf = next;
            Average(points, width, groupOf, centres, groups);
        }

        return groupOf;
    }

    private static float[] Start(float[] points, int width, int groups, int seed)
    {
        var random = new Random(seed);
        var count = points.Length / width;
        var centres = new float[groups * width];
        var distances = new double[count];
        Array.Fill(distances, double.PositiveInfinity);
        var chosen = random.Next(count);
        for (var group = 0; group < groups; group++)
        {
            var centre = points.AsSpan(chosen * width, width);
            centre.CopyTo(centres.AsSpan(group * width, width));
            double total = 0;
            for (var i = 0; i < count; i++)
            {
                var distance = TensorPrimitives.Distance(points.AsSpan(i * width, width), centre);
                distances[i] = Math.Min(distances[i], (double)distance * distance);
                total += distances[i];
            }

            var left = random.NextDouble() * total;
            chosen = 0;
            while (chosen < count - 1 && (left -= distances[chosen]) >= 0)
            {
                chosen++;
            }
        }

        return centres;
    }

    // Squared distances without the point's own norm, which no choice changes.
    private static float[] Costs(MatrixProducts products, float[] points, int width, float[] centres, int groups)
    {
        var turned = new float[centres.Length];
        Transposition.Turn(products.Splitter, centres, groups, width, turned);
        for (var i = 0; i < turned.Length; i++)
        {
            turned[i] *= -2;
        }

        var norms = new float[groups];
        for (var group = 0; group < groups; group++)
        {
            norms[group] = TensorPrimitives.SumOfSquares(centres.AsSpan(group * width, width));
        }

        return products.Multiply(points, points.Length / width, turned, width, groups, norms);
    }

    private static int[] Nearest(float[] costs, int groups)
    {
        var nearest = new int[costs.Length / groups];
        for (var i = 0; i < nearest.Length; i++)
        {
            nearest[i] = TensorPrimitives.IndexOfMin(costs.AsSpan(i * groups, groups));
        }

        return nearest;
    }

    // A group that lost all its points keeps its centre.
    private static void Average(float[] points, int width, int[] groupOf, float[] centres, int groups)
    {
        var sums = new double[groups * width];
        var counts = new int[groups];
        for (var i = 0; i < groupOf.Length; i++)
        {
            counts[groupOf[i]]++;
            for (var d = 0; d < width; d++)
            {
                sums[(groupOf[i] * width) + d] += points[(i * width) + d];
            }
        }

        for (var group = 0; group < groups; group++)
        {
            for (var d = 0; d < width && counts[group] > 0; d++)
            {
                centres[(group * width) + d] = (float)(sums[(group * width) + d] / counts[group]);
            }
        }
    }
}
