using System.Diagnostics;
using System.Numerics.Tensors;
using NativeSparse.Calibration;
using NativeSparse.Forms;
using NativeSparse.Kernels;
using NativeSparse.Onnx;
using NativeSparse.Session;

namespace NativeSparse.Conversion;

/// <summary>Carries a plan out on one model: checks it, calibrates where a converter fits something, converts site by site.</summary>
internal sealed class PlanExecution
{
    private readonly List<SiteReport> _reports = [];
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<Step> _steps = [];
    private readonly ModelSource _source;
    private readonly SparseOptions _options;
    private readonly Backend _backend;
    private readonly bool _comparesWithChance;
    private readonly bool _isKept;
    private readonly ThreadPoolSplitter _splitter;
    private readonly IReadOnlyList<string> _notes;
    private BatchSplit? _split;
    private int _tokens;
    private int _heldOut;

    /// <summary>Checks the plan against the model before anything is computed.</summary>
    /// <param name="source">The model, to be opened again for calibration.</param>
    /// <param name="model">The model to convert.</param>
    /// <param name="plan">What each site becomes.</param>
    /// <param name="options">Calibration, threads, progress.</param>
    /// <param name="backend">Where the linear algebra runs.</param>
    /// <param name="thorough">For a file that is kept: compares with chance and judges on more batches; at load, speed comes first.</param>
    /// <exception cref="ConversionException">The plan does not fit.</exception>
    public PlanExecution(
        ModelSource source, OnnxModel model, ConversionPlan plan, SparseOptions options, Backend backend, bool thorough)
    {
        _isKept = thorough;
        _comparesWithChance = thorough && options.Calibration is not { CompareWithChance: false };
        _source = source;
        _options = options;
        _backend = backend;
        _splitter = new ThreadPoolSplitter(ModelSession.ThreadCount(options));
        (Search, var linears) = model.FindSites();
        Linears = new LinearConversion(plan.Linears, linears, Left);
        plan.CheckSites([.. Search.Sites.Select(site => site.Name)]);
        _notes = [.. plan.HiddenEntries()];
        foreach (var site in Search.Sites)
        {
            var entry = plan.For(site.Name);
            if (entry.Form == FormRegistry.None)
            {
                Left.Add($"site '{site.Name}' stays in ONNX Runtime: the plan says {FormRegistry.None}");
                continue;
            }

            var descriptor = FormRegistry.Find(entry.Form, site.Name);
            var precision = Precisions.Parse(entry.Precision ?? plan.DefaultPrecision, site.Name);
            if (!descriptor.Precisions.Contains(precision))
            {
                throw new ConversionException(
                    $"site '{site.Name}': form '{descriptor.Name}' has no precision {Precisions.Name(precision)}; "
                    + $"it has {string.Join(", ", descriptor.Precisions.Select(Precisions.Name))}",
                    site.Name,
                    descriptor.Name);
            }

            var fits = descriptor.NeedsCalibration(entry.Converter, entry.Options);
            descriptor.CheckOptions(site.Name, entry.Converter, entry.Options);
            _steps.Add(new Step(site, entry, descriptor, precision, fits));
        }

        if (_steps.FirstOrDefault(step => step.Fits) is { } needy && options.Calibration is null)
        {
            throw new ConversionException(
                $"site '{needy.Site.Name}': form '{needy.Descriptor.Name}' with converter '{needy.Entry.Converter ?? needy.Descriptor.Converters[0]}' "
                + "is fitted on calibration inputs and none were given: set SparseOptions.Calibration, or give --calibrate DATA on the command line",
                needy.Site.Name,
                needy.Descriptor.Name);
        }
    }

    /// <summary>What the model holds.</summary>
    public FeedForwardSearch Search { get; }

    /// <summary>What becomes of the linears outside the networks.</summary>
    public LinearConversion Linears { get; }

    /// <summary>Why sites stay in ONNX Runtime.</summary>
    public List<string> Left { get; } = [];

    /// <summary>Batches to compare whole models on.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyTensor>> Judging => _split?.Judging ?? [];

    /// <summary>The report so far.</summary>
    public ConversionReport Report => new()
    {
        Seconds = _watch.Elapsed.TotalSeconds,
        CalibrationTokens = _tokens,
        HeldOutTokens = _heldOut,
        Split = _split?.Description,
        Sites = [.. _reports],
        Linears = Linears.Reports,
        Notes = _notes,
    };

    /// <summary>Converts the sites in order, one at a time; the caller packs or writes each and lets it go.</summary>
    public IEnumerable<ConvertedSite> Convert(CancellationToken cancellation)
    {
        var samples = Calibrate(cancellation);
        for (var i = 0; i < _steps.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var step = _steps[i];
            var start = i;
            var context = new ConversionContext
            {
                Site = step.Site.Name,
                Weights = step.Site.ReadWeights(),
                Precision = step.Precision,
                Sample = samples.GetValueOrDefault(step.Site.Name),
                Backend = _backend,
                Splitter = _splitter,
                Cancellation = cancellation,
                CompareWithChance = _comparesWithChance,
                Progress = _options.Progress is { } progress ? new SiteProgress(progress, step.Site.Name, start, _steps.Count) : null,
            };
            var conversion = Convert(step, context);
            _tokens = Math.Max(_tokens, conversion.FittedTokens);
            yield return new ConvertedSite(step.Site, step.Descriptor, conversion, step.Precision);
        }
    }

    /// <summary>Notes a packed site for the report.</summary>
    public void Add(ConvertedSite site, long bytes) => _reports.Add(
        site.Conversion.Report with { Bytes = bytes, Precision = Precisions.Name(site.Precision) });

    private static FormConversion Convert(Step step, ConversionContext context)
    {
        try
        {
            return step.Descriptor.Convert(context, step.Entry.Converter, step.Entry.Options);
        }
        catch (ArgumentException exception) when (step.Precision != Precision.Float32)
        {
            throw new ConversionException(
                $"site '{context.Site}' cannot be held at {Precisions.Name(step.Precision)}: {exception.Message}; leave it at float32{(step.Precision == Precision.BFloat16 ? "" : " or bfloat16")}",
                context.Site,
                step.Descriptor.Name,
                exception);
        }
        catch (NotSupportedException exception)
        {
            throw step.Descriptor.Lacks(context.Site, exception);
        }
        catch (ArithmeticException exception)
        {
            throw new ConversionException(
                $"site '{context.Site}' cannot be fitted: {exception.Message}; the calibration inputs may be too large or all alike: give others",
                context.Site,
                step.Descriptor.Name,
                exception);
        }
    }

    private Dictionary<string, SiteSample> Calibrate(CancellationToken cancellation)
    {
        if (_options.Calibration is not { } data || _steps.Count == 0)
        {
            return [];
        }

        _split = new BatchSplit(data) { MaxJudging = _comparesWithChance ? 16 : 4 };
        var sites = _steps.Where(step => step.Fits || step.Precision != Precision.Float32 || (_isKept && !step.Descriptor.IsExact(step.Precision)))
            .ToDictionary(step => step.Site.Name, step => step.Fits);
        var samples = SiteCalibration.Collect(_source, sites, data, _split, _backend, _options, cancellation);
        _heldOut = samples.Values.Select(sample => sample.HeldOutTokens).DefaultIfEmpty().Max();
        return samples;
    }

    private sealed record Step(FeedForwardSite Site, SitePlan Entry, FormDescriptor Descriptor, Precision Precision, bool Fits);

    private sealed class SiteProgress(IProgress<ConversionProgress> progress, string site, int index, int count) : IProgress<double>
    {
        public void Report(double value) => progress.Report(new ConversionProgress("convert", site, (index + Math.Clamp(value, 0, 1)) / count));
    }
}
