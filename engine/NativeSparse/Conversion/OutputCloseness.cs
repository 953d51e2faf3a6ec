using System.Numerics.Tensors;

namespace NativeSparse.Conversion;

/// <summary>How close rows of one output are to those of the dense model, over batches. Not thread-safe.</summary>
public sealed class OutputCloseness
{
    private readonly List<double> _cosines = [];
    private readonly bool _isRanked;
    private double _differences;
    private double _squares;
    private int _agreeing;
    private int _rows;

    /// <summary>Closeness of nothing yet.</summary>
    /// <param name="output">The output's name: rows of logits, scores or probabilities rank classes.</param>
    public OutputCloseness(string output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _isRanked = RankedNames.Any(name => output.Contains(name, StringComparison.OrdinalIgnoreCase));
    }

    private static string[] RankedNames { get; } = ["logit", "score", "prob"];

    /// <summary>Cosines, relative error and, of outputs that rank classes, top-1 agreement so far.</summary>
    public ModelReport Report()
    {
        _cosines.Sort();
        return new ModelReport
        {
            Cosine = _cosines.Count > 0 ? _cosines.Average() : null,
            CosineP5 = _cosines.Count > 0 ? _cosines[(int)(_cosines.Count * 0.05)] : null,
            RelativeError = _squares > 0 ? Math.Sqrt(_differences / _squares) : null,
            ArgmaxAgreement = _isRanked && _rows > 0 ? (double)_agreeing / _rows : null,
        };
    }

    /// <summary>Adds the rows of a batch.</summary>
    /// <param name="expected">Values of the dense model, <c>[rows, width]</c>.</param>
    /// <param name="actual">Values to judge, of the same shape.</param>
    /// <param name="width">Values of a row.</param>
    public void Add(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, int width)
    {
        for (var start = 0; start + width <= expected.Length && width > 0; start += width)
        {
            AddRow(expected.Slice(start, width), actual.Slice(start, width));
        }
    }

    private void AddRow(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double dot = 0, a = 0, b = 0, difference = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            // What is infinite or no number in both is no difference.
            if (!float.IsFinite(expected[i]) && expected[i].Equals(actual[i]))
            {
                continue;
            }

            dot += (double)expected[i] * actual[i];
            a += (double)expected[i] * expected[i];
            b += (double)actual[i] * actual[i];
            difference += ((double)expected[i] - actual[i]) * ((double)expected[i] - actual[i]);
        }

        if (a > 0 && b > 0)
        {
            _cosines.Add(dot / Math.Sqrt(a * b));
        }

        _squares += a;
        _differences += difference;
        _rows++;
        _agreeing += TensorPrimitives.IndexOfMax(expected) == TensorPrimitives.IndexOfMax(actual) ? 1 : 0;
    }
}
