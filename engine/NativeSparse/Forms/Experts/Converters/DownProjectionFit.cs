using System.Globalization;
using NativeSparse.Kernels;
using NativeSparse.Numerics;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// Fits what is linear behind a fixed routing to the dense output: the down projection (ridge toward the original W2), expert biases and
/// the score path. Three candidates, from one factorization: nothing fitted; down projection and biases; these and the score path. The
/// tenth of the calibration tokens that no fit saw decides.
/// </summary>
internal static class DownProjectionFit
{
    private const double Penalty = 1e-2;
    private const double ConstantPenalty = 1e-6;

    // The score path costs arithmetic at run time: it has to pay for it.
    private const double ScorePathGain = 0.99;
    private const int MaxFeatures = 8192;

    /// <summary>The experts with the corrections that pay.</summary>
    public static (ExpertsParameters Parameters, string Note) Complete(
        FeedForwardWeights weights, ExpertsSplit split, CalibratedRouter router, SiteActivations activations, bool refit, MatrixProducts products)
    {
        var cut = split.Cut(weights, router.Shape, router.Weights, router.Bias, router.Threshold);
        if (!refit)
        {
            return (cut, "down projection as it was");
        }

        var fit = router.Route(products, activations.Inputs, activations.Hidden, split);
        if (fit.All > MaxFeatures)
        {
            return (cut, $"down projection as it was: {fit.All} features to fit, at most {MaxFeatures} are");
        }

        var judge = router.Route(products, activations.ChoiceInputs, activations.ChoiceHidden, split);
        var solutions = Solve(weights, fit, activations.Outputs, products);
        float[] original = [.. weights.Down, .. weights.DownBias ?? new float[weights.OutputWidth]];
        var before = Error(judge, original, activations.ChoiceOutputs, products);
        var biases = Error(judge, solutions[0], activations.ChoiceOutputs, products);
        var path = Error(judge, solutions[1], activations.ChoiceOutputs, products);
        var errors = string.Create(CultureInfo.InvariantCulture, $"error on the deciding tenth {before:0.0000} -> {biases:0.0000}, with score path {path:0.0000}");
        if (Math.Min(biases, path) >= before)
        {
            return (cut, $"down projection as it was: {errors}");
        }

        var scorePath = path < biases * ScorePathGain;
        return (Apply(cut, split, scorePath ? solutions[1] : solutions[0], weights, scorePath), $"down projection fitted{(scorePath ? " with score path" : "")}: {errors}");
    }

    private static float[][] Solve(FeedForwardWeights weights, RoutedFeatures fit, float[] targets, MatrixProducts products)
    {
        var outputs = weights.OutputWidth;
        var equations = new GramAccumulator(products, fit.All, outputs);
        var rows = new float[GramAccumulator.ChunkRows * fit.All];
        for (var first = 0; first < fit.Tokens; first += GramAccumulator.ChunkRows)
        {
            var count = Math.Min(GramAccumulator.ChunkRows, fit.Tokens - first);
            fit.Write(first, count, fit.All, rows);
            equations.Add(rows, targets.AsSpan(first * outputs, count * outputs), count);
        }

        double Mean(int start, int end) => RidgeRegression.MeanDiagonal(equations.Gram, fit.All, start, end);
        var penalties = new double[fit.All];
        var down = Math.Max(Penalty * Mean(0, fit.Hidden), 1e-9);
        Array.Fill(penalties, down, 0, fit.WithExpertBiases);
        penalties[fit.Hidden] = ConstantPenalty * fit.Tokens;
        var up = fit.WithExpertBiases + fit.Experts;
        Array.Fill(penalties, Math.Max(Penalty * Mean(fit.WithExpertBiases, up), 1e-9), fit.WithExpertBiases, fit.Experts);
        Array.Fill(penalties, Math.Max(Penalty * Mean(up, fit.All), 1e-9), up, fit.Experts);
        float[] prior = [.. weights.Down, .. weights.DownBias ?? new float[outputs]];
        var solutions = RidgeRegression.SolveNested(equations, penalties, prior, products.Splitter, fit.WithExpertBiases, fit.All);
        return [.. solutions.Select(solution => Array.ConvertAll(solution, value => (float)value))];
    }

    private static double Error(RoutedFeatures judge, float[] solution, float[] targets, MatrixProducts products)
    {
        var outputs = targets.Length / judge.Tokens;
        var features = solution.Length / outputs;
        using var packed = products.Pack(solution, features, outputs);
        var rows = new float[GramAccumulator.ChunkRows * features];
        var result = new float[GramAccumulator.ChunkRows * outputs];
        var error = default(RelativeError);
        for (var first = 0; first < judge.Tokens; first += GramAccumulator.ChunkRows)
        {
            var count = Math.Min(GramAccumulator.ChunkRows, judge.Tokens - first);
            judge.Write(first, count, features, rows);
            products.Multiply(rows, count, features, packed, result);
            error.Add(targets.AsSpan(first * outputs, count * outputs), result.AsSpan(0, count * outputs));
        }

        return error.Value;
    }

    private static ExpertsParameters Apply(ExpertsParameters cut, ExpertsSplit split, float[] solution, FeedForwardWeights weights, bool scorePath)
    {
        var (hidden, outputs, experts) = (weights.HiddenWidth, weights.OutputWidth, split.Experts);
        float[] Rows(int first, int count) => solution.AsSpan(first * outputs, count * outputs).ToArray();
        return cut with
        {
            Down = split.Rows(Rows(0, hidden), outputs),
            DownBias = Rows(hidden, 1),
            ExpertBias = Rows(hidden + 1, experts),
            ScoreUp = scorePath ? Rows(hidden + 1 + experts, experts) : null,
            ScoreDown = scorePath ? Rows(hidden + 1 + (2 * experts), experts) : null,
        };
    }
}
