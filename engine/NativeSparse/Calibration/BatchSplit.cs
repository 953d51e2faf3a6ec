using System.Numerics.Tensors;

namespace NativeSparse.Calibration;

/// <summary>Sends each batch to fitting or to judging, one at a time.</summary>
internal sealed class BatchSplit(CalibrationData data)
{
    private const int Every = 5;

    private readonly List<IReadOnlyDictionary<string, IReadOnlyTensor>> _judging = [];

    /// <summary>How the data were separated, in one sentence; set by <see cref="Enumerate"/>.</summary>
    public string Description { get; private set; } = string.Empty;

    /// <summary>Up to <see cref="MaxJudging"/> batches to compare whole models on; set by <see cref="Enumerate"/>.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyTensor>> Judging => _judging;

    /// <summary>Most batches kept for whole-model comparison.</summary>
    public int MaxJudging { get; init; } = 16;

    /// <summary>All batches with their phase, in order.</summary>
    public IEnumerable<(IReadOnlyDictionary<string, IReadOnlyTensor> Batch, RecordingPhase Phase)> Enumerate()
    {
        _judging.Clear();
        return data.HeldOut.Any() ? EnumerateGiven() : EnumerateMixed();
    }

    private IEnumerable<(IReadOnlyDictionary<string, IReadOnlyTensor> Batch, RecordingPhase Phase)> EnumerateGiven()
    {
        Description = "held-out batches as given";
        foreach (var batch in data.Batches)
        {
            yield return (batch, RecordingPhase.Fit);
        }

        foreach (var batch in data.HeldOut)
        {
            yield return Judge(batch, RecordingPhase.HeldOut);
        }
    }

    private IEnumerable<(IReadOnlyDictionary<string, IReadOnlyTensor> Batch, RecordingPhase Phase)> EnumerateMixed()
    {
        var first = data.Batches.Take(Every).ToList();
        if (first.Count < Every)
        {
            Description = $"{first.Count} batches: every {Every}th token held out";
            foreach (var batch in first)
            {
                yield return Judge(batch, RecordingPhase.SplitTokens);
            }

            yield break;
        }

        Description = $"every {Every}th batch held out";
        var index = 0;
        foreach (var batch in first.Concat(data.Batches.Skip(Every)))
        {
            yield return index++ % Every == Every - 1 ? Judge(batch, RecordingPhase.HeldOut) : (batch, RecordingPhase.Fit);
        }
    }

    private (IReadOnlyDictionary<string, IReadOnlyTensor> Batch, RecordingPhase Phase) Judge(
        IReadOnlyDictionary<string, IReadOnlyTensor> batch, RecordingPhase phase)
    {
        if (_judging.Count < MaxJudging)
        {
            _judging.Add(batch);
        }

        return (batch, phase);
    }
}
