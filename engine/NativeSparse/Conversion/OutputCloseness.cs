using System.Numerics.Tensors;

namespace NativeSparse.Conversion;

/// <summary>How close rows of one output are to those of the dense model, over batches.</summary>
internal sealed class OutputCloseness
{
    private readonly List<double> _cosines = [];
    private readonly bool _isRanked;
    private double _differences;
    private double _squares;
    private int _agreeing;
    private int _rows;

    /// <param name="output">The output's name.</param>
    public OutputCloseness(string output) => _isRanked = ModelReport.IsRanked(output);

    /// <summary>The figures so far.</summary>
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
