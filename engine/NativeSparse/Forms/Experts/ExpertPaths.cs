using NativeSparse.Kernels;

namespace NativeSparse.Forms.Experts;

/// <summary>
/// The constant and linear-in-score terms of the experts form as one product of features with a matrix:
/// an active expert gives (1, s - theta, 0), an inactive one (0, 0, s - theta).
/// </summary>
internal sealed unsafe class ExpertPaths : IDisposable
{
    private readonly IDenseMatMul _dense;
    private readonly PackedMatrix _matrix;
    private readonly float _threshold;
    private readonly int _biasColumn;
    private readonly int _upColumn;
    private readonly int _downColumn;

    private ExpertPaths(IDenseMatMul dense, PackedMatrix matrix, float threshold, int biasColumn, int upColumn, int downColumn)
    {
        _dense = dense;
        _matrix = matrix;
        _threshold = threshold;
        _biasColumn = biasColumn;
        _upColumn = upColumn;
        _downColumn = downColumn;
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
            backend.Dense,
            packed,
            parameters.Threshold,
            bias * parameters.Experts,
            up * parameters.Experts,
            down * parameters.Experts);
    }

    /// <summary>Writes bias plus paths to <paramref name="y"/>.</summary>
    public void Run(in Execution execution, View scores, in Routing routing, View bias, View y)
    {
        using var scope = execution.Scratch.Enter();
        var features = execution.Scratch.Rent(scores.Rows, _matrix.InputWidth);
        for (var t = 0; t < scores.Rows; t++)
        {
            var score = new ReadOnlySpan<float>((float*)scores.Address + ((nint)t * scores.Stride), scores.Columns);
            var feature = new Span<float>((float*)features.Address + ((nint)t * features.Stride), features.Columns);
            var count = ((int*)routing.Counts.Address)[t];
            var chosen = new ReadOnlySpan<int>((int*)routing.Experts.Address + ((nint)t * routing.Experts.Stride), count);
            FillRow(score, chosen, feature);
        }

        _dense.Run(execution, features, _matrix, new Epilogue { Bias = bias }, y);
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

    private void FillRow(ReadOnlySpan<float> scores, ReadOnlySpan<int> chosen, Span<float> features)
    {
        features.Clear();
        if (_downColumn >= 0)
        {
            for (var e = 0; e < scores.Length; e++)
            {
                features[_downColumn + e] = scores[e] - _threshold;
            }
        }

        foreach (var e in chosen)
        {
            if (_biasColumn >= 0)
            {
                features[_biasColumn + e] = 1;
            }

            if (_upColumn >= 0)
            {
                features[_upColumn + e] = scores[e] - _threshold;
            }

            if (_downColumn >= 0)
            {
                features[_downColumn + e] = 0;
            }
        }
    }
}
