using System.Numerics.Tensors;

namespace NativeSparse.Cli.LanguageModels;

/// <summary>Rows of logits as distributions of the next token.</summary>
internal static class LogitRows
{
    /// <summary>-log p(target), p = softmax(logits), in nats.</summary>
    public static double NegativeLogLikelihood(ReadOnlySpan<float> logits, int target) => LogSum(logits) - logits[target];

    /// <summary>sum p log(p / q), p = softmax(expected), q = softmax(actual), in nats.</summary>
    public static double Divergence(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        var left = LogSum(expected);
        var right = LogSum(actual);
        double sum = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            var log = expected[i] - left;
            sum += Math.Exp(log) * (log - (actual[i] - right));
        }

        return sum;
    }

    private static double LogSum(ReadOnlySpan<float> logits)
    {
        var largest = TensorPrimitives.Max(logits);
        double sum = 0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - largest);
        }

        return largest + Math.Log(sum);
    }
}
