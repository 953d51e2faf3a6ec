using NativeSparse.Kernels;

namespace NativeSparse.Numerics;

/// <summary>
/// Ridge regression from normal equations: the W of least <c>|Y - X W|^2 + sum over features of p_f |W_f - P_f|^2</c>,
/// <c>(G + diag p) W = R + diag(p) P</c>.
/// </summary>
internal static class RidgeRegression
{
    /// <summary>The mean of a range of the diagonal of G.</summary>
    public static double MeanDiagonal(double[] gram, int size, int first, int last)
    {
        double sum = 0;
        for (var i = first; i < last; i++)
        {
            sum += gram[(i * size) + i];
        }

        return sum / Math.Max(1, last - first);
    }

    /// <summary>Solves once, for all features. Overwrites the equations.</summary>
    public static double[] Solve(GramAccumulator equations, double[] penalties, float[]? prior, WorkSplitter splitter) =>
        SolveNested(equations, penalties, prior, splitter, equations.Features)[0];

    /// <summary>Solves for several leading numbers of features with one factor. Overwrites the equations.</summary>
    /// <param name="equations">G and R.</param>
    /// <param name="penalties">p, <c>[F]</c>; positive where G could be singular.</param>
    /// <param name="prior">P, the leading rows of <c>[F, O]</c> (missing ones are 0), or null.</param>
    /// <param name="splitter">Threads.</param>
    /// <param name="leading">The numbers of features.</param>
    /// <returns>One <c>[leading, O]</c> for each.</returns>
    /// <exception cref="ArithmeticException">The equations are singular.</exception>
    public static double[][] SolveNested(
        GramAccumulator equations, double[] penalties, float[]? prior, WorkSplitter splitter, params int[] leading)
    {
        var (features, targets) = (equations.Features, equations.Targets);
        for (var f = 0; f < features; f++)
        {
            equations.Gram[(f * features) + f] += penalties[f];
        }

        for (var i = 0; i < (prior?.Length ?? 0); i++)
        {
            equations.Right[i] += penalties[i / targets] * prior![i];
        }

        var factor = CholeskyFactor.Create(equations.Gram, features, splitter);
        factor.SolveLower(equations.Right, targets);
        return [.. leading.Select(count => factor.SolveUpper(equations.Right, targets, count))];
    }
}
