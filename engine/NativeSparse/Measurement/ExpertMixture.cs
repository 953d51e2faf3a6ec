using Microsoft.ML.OnnxRuntime;
using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>
/// ONNX Runtime's own operator for experts beside ours. Its GELU is the tanh form and its experts are weighted by the softmax over the chosen
/// ones, so ours computes that function too, and is compared with it before anything is timed.
/// </summary>
internal sealed unsafe class ExpertMixture : IDisposable
{
    /// <summary>Largest difference that is allowed, relative to the largest value.</summary>
    private const double Tolerance = 1e-4;

    /// <summary>Scores closer than this may be ordered differently by two products that round differently.</summary>
    private const float Tie = 1e-5f;

    private readonly OnnxRuntimeBaseline? _baseline;
    private readonly View _y;
    private readonly View _scores;
    private readonly int _active;

    /// <param name="create">Makes the operator's session.</param>
    /// <param name="y">What the operator writes, <c>[T, D]</c>.</param>
    /// <param name="scores">The router's scores of our run, <c>[T, E]</c>.</param>
    /// <param name="active">Experts of each token.</param>
    public ExpertMixture(Func<OnnxRuntimeBaseline> create, View y, View scores, int active)
    {
        (_y, _scores, _active) = (y, scores, active);
        try
        {
            _baseline = create();
            _baseline.Run();
            Theirs = new Contender("onnxruntime MoE", _baseline.Run);
        }
        catch (OnnxRuntimeException exception)
        {
            Obstacle = $"ONNX Runtime's MoE does not run here: {exception.Message}";
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

        if (!(error <= Tolerance * largest))
        {
            Theirs = null;
            Obstacle = FormattableString.Invariant($"ONNX Runtime's MoE differs from ours by {error / largest:0.0e+0} of the largest value and is not timed");
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
