using Microsoft.ML.OnnxRuntime;
using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>
/// ONNX Runtime's own operator for experts beside ours: MoE, or QMoE on the same integers as ours. Its GELU is the tanh form and its experts are weighted by the softmax over the chosen
/// ones, so ours computes that function too, and is compared with it before anything is timed.
/// </summary>
internal sealed unsafe class ExpertMixture : IDisposable
{
    /// <summary>Largest difference that is allowed in float32, relative to the largest value.</summary>
    private const double Float32Tolerance = 1e-4;

    /// <summary>The same on integer weights, where ours rounds the activations to 8 bits twice and the operator does not.</summary>
    private const double IntegerTolerance = 0.05;

    /// <summary>Scores closer than this may be ordered differently by two products that round differently.</summary>
    private const float Tie = 1e-5f;

    private readonly OnnxRuntimeBaseline? _baseline;
    private readonly View _y;
    private readonly View _scores;
    private readonly int _active;
    private readonly string _operator;
    private readonly double _tolerance;

    /// <param name="create">Makes the operator's session.</param>
    /// <param name="y">What the operator writes, <c>[T, D]</c>.</param>
    /// <param name="scores">The router's scores of our run, <c>[T, E]</c>.</param>
    /// <param name="active">Experts of each token.</param>
    /// <param name="isQuantized">Whether it is QMoE.</param>
    public ExpertMixture(Func<OnnxRuntimeBaseline> create, View y, View scores, int active, bool isQuantized = false)
    {
        (_y, _scores, _active) = (y, scores, active);
        (_operator, _tolerance) = isQuantized ? ("QMoE", IntegerTolerance) : ("MoE", Float32Tolerance);
        try
        {
            _baseline = create();
            _baseline.Run();
            Theirs = new Contender($"onnxruntime {_operator}", _baseline.Run);
        }
        catch (OnnxRuntimeException exception)
        {
            Obstacle = $"ONNX Runtime's {_operator} does not run here: {exception.Message}";
        }
    }

    /// <summary>The operator, or null where it does not run or is not right.</summary>
    public Contender? Theirs { get; private set; }

    /// <summary>Why it is not timed, or null.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>Compares what the operator wrote with ours; where they differ, the operator is not timed.</summary>
    public void Verify(View ours)
    {
        var (error, largest) = (0.0, 0.0);
        for (var t = 0; Theirs is not null && t < ours.Rows; t++)
        {
            for (var o = 0; !IsTie(t) && o < ours.Columns; o++)
            {
                error = Math.Max(error, Math.Abs(ours.Row(t)[o] - _y.Row(t)[o]));
                largest = Math.Max(largest, Math.Abs(_y.Row(t)[o]));
            }
        }

        if (!(error <= _tolerance * largest))
        {
            Theirs = null;
            Obstacle = FormattableString.Invariant($"ONNX Runtime's {_operator} differs from ours by {error / largest:0.0e+0} of the largest value and is not timed");
        }
    }

    public void Dispose() => _baseline?.Dispose();

    private bool IsTie(int token)
    {
        var scores = new ReadOnlySpan<float>(_scores.Row(token), _scores.Columns).ToArray();
        Array.Sort(scores);
        var next = scores.Length - _active - 1;
        return next >= 0 && scores[next + 1] - scores[next] < Tie;
    }
}
