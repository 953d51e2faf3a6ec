using NativeSparse.Conversion;
using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>One case on several backends: its contenders, and the rows that their times give.</summary>
internal sealed class KernelCaseRun : IDisposable
{
    private readonly KernelCase _case;
    private readonly KernelBenchOptions _options;
    private readonly KernelProblem _problem;
    private readonly List<Contender> _contenders = [];
    private readonly List<Entry> _entries = [];
    private readonly KernelPeaks _peaks;
    private readonly int _baseline;
    private readonly int _float32Baseline;
    private readonly int _spinningBaseline;
    private readonly int _reference;
    private readonly int _plainLoop;
    private readonly WeightStream? _stream;
    private readonly int _streamContender;

    public KernelCaseRun(KernelCase @case, KernelBenchOptions options)
    {
        (_case, _options) = (@case, options);
        _problem = KernelProblem.Create(@case, options.Threads);
        _peaks = new KernelPeaks(_contenders);
        _baseline = Add(_problem.Baseline);
        _float32Baseline = Add(_problem.Float32Baseline);
        _spinningBaseline = Add(_problem.SpinningBaseline);
        _reference = Add(_problem.Reference);
        _plainLoop = Add(_problem.PlainLoop);
        _stream = @case.IsCold ? new WeightStream(_problem.WeightBytes) : null;
        _streamContender = Add(_stream?.Contender);
    }

    /// <summary>Adds what a backend runs, and checks it.</summary>
    /// <param name="backend">The backend.</param>
    /// <param name="costs">Its costs of sparse layouts at a precision, or null where its layouts are not compared.</param>
    public void Add(Backend backend, Func<Precision, SparseCosts>? costs)
    {
        var own = _problem.Prepare(backend);
        own.Run();
        var error = _problem.MeasureError();
        var layouts = costs is null ? null : _problem.PrepareLayouts(backend, costs);
        var naive = backend is DeviceBackend device ? _problem.PrepareNaive(device.Device) : null;
        naive?.Contender.Run();
        var difference = naive?.Difference();
        _entries.Add(new Entry(
            backend.Name,
            Add(own),
            Add(_problem.PrepareDense(backend)),
            Add(_problem.PrepareRouted(backend)),
            AddAt(backend, Precision.Float32),
            _case.Precision == Precision.Int4 ? AddAt(backend, Precision.Int8) : -1,
            Add(_problem.PrepareLikeMixture(backend)),
            _peaks.Add(backend, _case.Precision),
            error,
            CountAllocated(own.Run),
            backend.IsDevice,
            layouts,
            layouts?.Contenders.ToDictionary(layout => layout.Layout, layout => Add(layout.Contender)),
            Add(naive?.Contender),
            difference));
    }

    /// <summary>Times everything in turns.</summary>
    public IReadOnlyList<KernelBenchRow> Measure(string picked, MachineLimits limits, CancellationToken cancellation)
    {
        var mixture = Add(_problem.Mixture?.Theirs);
        var samples = InterleavedRunner.Run(_contenders, _options.Rounds, cancellation: cancellation);
        return _entries.ConvertAll(entry => Row(entry, samples, mixture, picked, limits));
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _peaks.Dispose();
        _problem.Dispose();
    }

    private KernelBenchRow Row(Entry entry, IReadOnlyList<TimingSamples> samples, int mixture, string picked, MachineLimits limits)
    {
        var own = samples[entry.Own];
        var toBaseline = Ratio(samples, _baseline, entry.Own);
        var isPicked = entry.Backend == picked;
        var other = isPicked ? FastestOther(entry, samples) : null;
        var layout = FastestOtherLayout(entry, samples);
        return new KernelBenchRow
        {
            Family = _case.FamilyName,
            Case = _case.Name,
            Precision = Precisions.Name(_case.Precision),
            Tokens = _case.Tokens,
            Threads = _options.Threads,
            Cold = _case.IsCold,
            Backend = entry.Backend,
            Milliseconds = own.Median,
            P10Milliseconds = own.P10,
            RatioToDense = Ratio(samples, entry.Dense, entry.Own)?.Median ?? (_case.Family is KernelFamily.Dense or KernelFamily.FeedForward ? 1 : null),
            RoutedRatioToDense = Ratio(samples, entry.Dense, entry.Routed)?.Median,
            RatioToOwnFloat32 = Ratio(samples, entry.Float32, entry.Own)?.Median,
            RatioToOwnInt8 = Ratio(samples, entry.Int8, entry.Own)?.Median,
            RatioToOnnxRuntime = toBaseline?.Median,
            RatioToOnnxRuntimeLow = toBaseline?.Low,
            RatioToOnnxRuntimeHigh = toBaseline?.High,
            RoutedRatioToOnnxRuntime = Ratio(samples, _baseline, entry.Routed)?.Median,
            RatioToOnnxRuntimeFloat32 = Ratio(samples, _float32Baseline, entry.Own)?.Median,
            RatioToOnnxRuntimeSpinning = Ratio(samples, _spinningBaseline, entry.Own)?.Median,
            RatioToOnnxRuntimeMoe = Ratio(samples, mixture, entry.LikeMixture)?.Median,
            RatioToReference = Ratio(samples, _reference, entry.Own)?.Median,
            RatioToPlainLoop = Ratio(samples, _plainLoop, entry.Own)?.Median,
            RatioToNaive = Ratio(samples, entry.Naive, entry.Routed >= 0 ? entry.Routed : entry.Own)?.Median,
            DifferenceToNaive = entry.NaiveDifference,
            ShareOfPeak = _problem.Operations > 0 && entry.Peak >= 0
                ? Ratio(samples, entry.Peak, entry.Own)?.Median * _problem.Operations / (_peaks.Operations(entry.Peak) * _options.Threads)
                : null,
            ShareOfBandwidth = ShareOfBandwidth(samples, entry, limits),
            MaxError = entry.Error,
            AllocatedBytes = entry.AllocatedBytes,
            Note = _problem.Mixture?.Obstacle,
            FastestOther = other?.Backend,
            RatioToFastestOther = other?.Ratio.Median,
            RatioToFastestOtherHigh = other?.Ratio.High,
            PickedLayout = entry.Layouts?.Picked.ToString(),
            FastestOtherLayout = layout?.Layout,
            RatioToFastestOtherLayout = layout?.Ratio.Median,
            RatioToFastestOtherLayoutHigh = layout?.Ratio.High,
            Picked = isPicked,
        };
    }

    private double? ShareOfBandwidth(IReadOnlyList<TimingSamples> samples, Entry entry, MachineLimits limits)
    {
        if (entry.IsDevice)
        {
            return null;
        }

        if (_stream is not null)
        {
            return Ratio(samples, _streamContender, entry.Own)?.Median;
        }

        return _problem.WeightBytes > 0 ? _problem.WeightBytes / samples[entry.Own].Median / 1e6 / limits.ReadGBs : null;
    }

    private (string Backend, PairedRatio Ratio)? FastestOther(Entry entry, IReadOnlyList<TimingSamples> samples)
    {
        var others = _entries.Where(other => other != entry).Select(other => (other.Backend, Ratio: samples[other.Own].Over(samples[entry.Own]))).ToArray();
        return others.Length == 0 ? null : others.MinBy(other => other.Ratio.Median);
    }

    private static (string Layout, PairedRatio Ratio)? FastestOtherLayout(Entry entry, IReadOnlyList<TimingSamples> samples)
    {
        if (entry is not { Layouts: { } contest, LayoutIndices: { Count: > 1 } indices })
        {
            return null;
        }

        var picked = samples[indices[contest.Picked]];
        return indices.Where(other => other.Key != contest.Picked)
            .Select(other => (other.Key.ToString(), samples[other.Value].Over(picked)))
            .MinBy(other => other.Item2.Median);
    }

    /// <summary>The time of one contender over another's, or null where one of them is none.</summary>
    private static PairedRatio? Ratio(IReadOnlyList<TimingSamples> samples, int theirs, int ours) =>
        theirs < 0 || ours < 0 ? null : samples[theirs].Over(samples[ours]);

    private int AddAt(Backend backend, Precision precision) => _case.Precision == precision ? -1 : Add(_problem.PrepareAt(backend, precision));

    private int Add(Contender? contender)
    {
        if (contender is null)
        {
            return -1;
        }

        // Ours may be what two ratios are taken from.
        var index = _contenders.IndexOf(contender);
        if (index < 0)
        {
            _contenders.Add(contender);
            index = _contenders.Count - 1;
        }

        return index;
    }

    /// <summary>The least of several runs: a collection elsewhere adds the rest of this thread's allocation buffer to what it counts.</summary>
    private static long CountAllocated(Action run)
    {
        const int MostRuns = 4;
        run();
        run();
        var least = long.MaxValue;
        for (var i = 0; i < MostRuns && least > 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    /// <summary>The contenders of one backend; -1 is none.</summary>
    private sealed record Entry(
        string Backend,
        int Own,
        int Dense,
        int Routed,
        int Float32,
        int Int8,
        int LikeMixture,
        int Peak,
        double? Error,
        long AllocatedBytes,
        bool IsDevice,
        LayoutContest? Layouts,
        Dictionary<SparseLayout, int>? LayoutIndices,
        int Naive,
        double? NaiveDifference);
}
