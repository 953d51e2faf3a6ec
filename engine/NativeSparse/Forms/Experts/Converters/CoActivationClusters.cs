using System.Numerics.Tensors;
using NativeSparse.Kernels;
using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// Divides neurons so that those which deviate from their medians on the same tokens share an expert: balanced k-means of their
/// normalized contribution profiles (projected to a few random directions), then alternation: tokens choose experts by energy, and
/// neurons go where most of their energy is retained.
/// </summary>
internal static class CoActivationClusters
{
    /// <summary>Tokens of a profile.</summary>
    public const int ProfileTokens = 4096;

    private const int Directions = 128;
    private const int Alternations = 6;
    private const long MaxAssignmentWork = 1L << 31;

    /// <summary>The split.</summary>
    /// <param name="products">Where products run.</param>
    /// <param name="contributions"><c>[N, H]</c>: |A_j - mu_j| |w2_j|; overwritten.</param>
    /// <param name="hidden">H.</param>
    /// <param name="shape">E and the budget.</param>
    /// <param name="seed">Of the projection and the start.</param>
    /// <param name="cancellation">Checked in every round.</param>
    public static ExpertsSplit Find(
        MatrixProducts products, float[] contributions, int hidden, ExpertsShape shape, int seed, CancellationToken cancellation)
    {
        if (shape.Experts == 1 || shape.Experts == hidden || (long)hidden * shape.Experts * shape.Experts > MaxAssignmentWork)
        {
            return ExpertsSplit.Contiguous(hidden, shape.Experts);
        }

        var tokens = contributions.Length / hidden;
        var sizes = new int[shape.Experts];
        for (var e = 0; e < sizes.Length; e++)
        {
            sizes[e] = (hidden / sizes.Length) + (e < hidden % sizes.Length ? 1 : 0);
        }

        var turned = new float[contributions.Length];
        Transposition.Turn(products.Splitter, contributions, tokens, hidden, turned);
        var profiles = Project(products, turned, hidden, tokens, seed);
        var assignment = BalancedKMeans.Cluster(products, profiles, Math.Min(Directions, tokens), sizes, seed, cancellation);
        TensorPrimitives.Multiply(contributions, contributions, contributions);
        TensorPrimitives.Multiply(turned, turned, turned);
        var kept = double.NegativeInfinity;
        for (var round = 0; round < Alternations; round++)
        {
            var energy = Energy(products, contributions, assignment, shape.Experts);
            var mask = Mask(products, energy, shape);
            var retained = Retained(energy, mask);
            if (retained <= kept * (1 + 1e-4))
            {
                break;
            }

            kept = retained;
            var gains = products.Multiply(turned, hidden, mask, tokens, shape.Experts);
            TensorPrimitives.Negate(gains, gains);
            var next = BalancedAssignment.Solve(gains, sizes, cancellation);
            if (next.AsSpan().SequenceEqual(assignment))
            {
                break;
            }

            assignment = next;
        }

        return new ExpertsSplit(assignment, shape.Experts);
    }

    private static float[] Project(MatrixProducts products, float[] turned, int hidden, int tokens, int seed)
    {
        var directions = Math.Min(Directions, tokens);
        var normal = new NormalSource(seed);
        var random = new float[tokens * directions];
        for (var i = 0; i < random.Length; i++)
        {
            random[i] = (float)normal.Next();
        }

        var profiles = products.Multiply(turned, hidden, random, tokens, directions);
        for (var j = 0; j < hidden; j++)
        {
            var row = profiles.AsSpan(j * directions, directions);
            var norm = TensorPrimitives.Norm(row);
            if (norm > 0)
            {
                TensorPrimitives.Divide(row, norm, row);
            }
        }

        return profiles;
    }

    private static float[] Energy(MatrixProducts products, float[] squares, int[] assignment, int experts)
    {
        var hidden = assignment.Length;
        var energy = new float[squares.Length / hidden * experts];
        products.Splitter.ForRanges(squares.Length / hidden, 64, (first, last) =>
        {
            for (var t = first; t < last; t++)
            {
                var row = energy.AsSpan(t * experts, experts);
                var from = squares.AsSpan(t * hidden, hidden);
                for (var j = 0; j < hidden; j++)
                {
                    row[assignment[j]] += from[j];
                }
            }
        });
        return energy;
    }

    private static float[] Mask(MatrixProducts products, float[] energy, ExpertsShape shape)
    {
        var k = Math.Clamp((int)Math.Round(shape.Budget * shape.Experts), 1, shape.Experts);
        var active = ActiveExperts.Choose(products, energy, shape.Experts, RoutingSelection.TopK, k, 0);
        return [.. active.Select(on => on ? 1f : 0f)];
    }

    private static double Retained(float[] energy, float[] mask)
    {
        double sum = 0;
        for (var i = 0; i < energy.Length; i++)
        {
            sum += energy[i] * mask[i];
        }

        return sum;
    }
}
