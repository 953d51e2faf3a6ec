using NativeSparse.Kernels;

namespace NativeSparse.Forms.Experts;

/// <summary>
/// The constant and linear-in-score terms of the experts form as one product of features with a matrix:
/// an active expert gives (1, s - theta, 0), an inactive one (0, 0, s - theta).
/// </summary>
internal sealed class ExpertPaths : IDisposable
{
    private readonly Backend _backend;
    private readonly PackedMatrix _matrix;
    private readonly ScoreFeatures _features;

    private ExpertPaths(Backend backend, PackedMatrix matrix, ScoreFeatures features)
    {
        _backend = backend;
        _matrix = matrix;
        _features = features;
    }

    /// <summary>Bytes held.</summary>
    public long ByteCount => _matrix.ByteCount;

    /// <summary>The paths of some parameters, or null when there are none.</summary>
    public static ExpertPaths? Create(ExpertsParameters parameters, bool includeExpertBias, Backend backend)
    {
        var rows = new List<float[]>();
        var bias = Append(rows, includeExpertBias ? parameters.ExpertBias : null);
        var up = Append(rows, parameters.ScoreUp);
        var down = Append(rows, parameters.ScoreDown);
        if (rows.Count == 0)
        {
            return null;
        }

        var matrix = rows.SelectMany(values => values).ToArray();
        var packed = backend.Dense.Pack(matrix, rows.Count * parameters.Experts, parameters.OutputWidth, Precision.Float32);
        return new ExpertPaths(
            backend,
            packed,
            new ScoreFeatures(parameters.Threshold, bias * parameters.Experts, up * parameters.Experts, down * parameters.Experts));
    }

    /// <summary>Writes bias plus paths to <paramref name="y"/>.</summary>
    public void Run(in Execution execution, View scores, in Routing routing, View bias, View y)
    {
        using var scope = execution.Scratch.Enter();
        var features = execution.Scratch.Rent(scores.Rows, _matrix.InputWidth);
        _backend.FillFeatures(scores, routing, _features, features);
        _backend.Dense.Run(execution, features, _matrix, new Epilogue { Bias = bias }, y);
    }

    /// <inheritdoc/>
    public void Dispose() => _matrix.Dispose();

    private static int Append(List<float[]> rows, float[]? values)
    {
        if (values is null)
        {
            return -1;
        }

        rows.Add(values);
        return rows.Count - 1;
    }
}
