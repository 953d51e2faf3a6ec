using System.Globalization;
using System.Numerics.Tensors;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Calibration;
using NativeSparse.Forms;
using NativeSparse.Kernels;
using NativeSparse.Linears;
using NativeSparse.Onnx;
using NativeSparse.Session;

namespace NativeSparse.Conversion;

/// <summary>Converts a dense model file into a converted one. Stateless.</summary>
public static class ModelConverter
{
    private const int ProbeSeed = 1;

    /// <summary>Ids of made-up inputs lie below the first of these that the model accepts.</summary>
    private static readonly int[] ProbeIds = [100, 2];
    private const int MaxVerified = 2;

    /// <summary>
    /// Converts <paramref name="input"/> and writes <paramref name="output"/>. The file is written to a temporary folder beside its
    /// destination, loaded again and compared bit for bit with the model in memory; only then is it moved into place.
    /// </summary>
    /// <param name="input">The dense .onnx file.</param>
    /// <param name="output">The file to write; replaced when it exists.</param>
    /// <param name="plan">What each site becomes.</param>
    /// <param name="calibration">Inputs to fit and judge on.</param>
    /// <param name="options">Backend, threads, session options and progress; its plan, precision, linears and calibration are not used.</param>
    /// <param name="cancellation">Cancels; nothing is left behind.</param>
    /// <exception cref="FileNotFoundException">There is no input file.</exception>
    /// <exception cref="ModelFormatException">The input is not a readable model.</exception>
    /// <exception cref="ConversionException">The plan does not fit the model, or the model has no site.</exception>
    /// <exception cref="SavedFileException">The saved file, loaded again, differs; it is not kept.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ConversionReport Convert(
        string input,
        string output,
        ConversionPlan plan,
        CalibrationData? calibration = null,
        SparseOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentException.ThrowIfNullOrEmpty(output);
        var settings = (options ?? new SparseOptions()) with { Plan = null, Precision = null, Linears = null, Calibration = calibration };
        var target = Path.GetFullPath(output);
        if (string.Equals(ExternalFolder.RealPath(target), ExternalFolder.RealPath(Path.GetFullPath(input)), StringComparison.Ordinal))
        {
            throw new ConversionException($"the output '{output}' is the input file; name another");
        }

        target = FileReplacement.CheckTarget(target);
        var folder = Path.GetDirectoryName(target)!;

        using var backend = BackendCatalog.Open(settings.Backend);
        var work = Directory.CreateDirectory(Path.Combine(folder, $".nativesparse-{Path.GetRandomFileName()}.part"));
        try
        {
            var draft = Path.Combine(work.FullName, Path.GetFileName(target));
            var report = Write(ModelSource.FromFile(input), draft, target, plan, settings, backend, cancellation);
            cancellation.ThrowIfCancellationRequested();
            return report with { Bytes = MoveInto(work, folder) };
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static ConversionReport Write(
        ModelSource source,
        string draft,
        string target,
        ConversionPlan plan,
        SparseOptions options,
        Backend backend,
        CancellationToken cancellation)
    {
        var model = source.Open();
        if (model.FindNodes(CustomOpDomain.Domain).Count > 0)
        {
            throw new ConversionException("the input is converted already; convert the dense model");
        }

        CheckData(model, target);
        var sourceBytes = source.Bytes.Length + model.DataFiles().Append(source.Path).OfType<string>().Distinct().Where(File.Exists).Sum(file => new FileInfo(file).Length);

        var execution = new PlanExecution(source, model, plan, options, backend, thorough: true);
        var converted = new List<(ConvertedSite Site, FeedForward Form)>();
        var remembered = source.Open();
        var (places, linearPlaces) = Places(remembered);
        var linears = new List<(LinearSite Site, LinearOperator Linear)>();
        try
        {
            foreach (var site in execution.Convert(cancellation))
            {
                var form = site.Descriptor.BuildSite(site.Site.Name, site.Conversion.Parameters, backend);
                converted.Add((site with { Site = places[site.Site.Name] }, form));
                execution.Add(site, form.ByteCount);
                model.Replace(site.Site, site.Descriptor.Write(site.Site.Name, site.Conversion.Parameters));
            }

            foreach (var linear in execution.Linears.Convert(cancellation))
            {
                var packed = linear.Build(backend);
                linears.Add((linearPlaces[linear.Site.Name], packed));
                execution.Linears.Add(linear, packed.ByteCount);
                model.Replace(linear.Site, LinearNode.Write(linear.Site.Name, linear.Parameters));
            }
        }
        catch
        {
            converted.ForEach(entry => entry.Form.Dispose());
            linears.ForEach(entry => entry.Linear.Dispose());
            throw;
        }

        if (converted.Count + linears.Count == 0)
        {
            throw new ConversionException(NothingToConvert(execution));
        }

        using var inMemory = EngineLoader.Open(remembered, converted, linears, options);
        options.Progress?.Report(new ConversionProgress("evaluate", null, 0.9));
        using var dense = ModelSession.Open(source, options);
        var batches = Batches(dense, execution.Judging, cancellation);
        var report = execution.Report with
        {
            Output = target,
            Model = batches.Count > 0
                ? ModelComparison.Compare(dense, inMemory, batches, cancellation) with { OnMadeUpInputs = execution.Judging.Count == 0 }
                : null,
        };
        options.Progress?.Report(new ConversionProgress("save", null, 0.95));
        model.Metadata[EngineLoader.VersionKey] = EngineLoader.FileVersion.ToString(CultureInfo.InvariantCulture);
        model.Metadata[EngineLoader.PlanKey] = plan.ToJson();
        model.Metadata[EngineLoader.ReportKey] = JsonSerializer.Serialize(
            report with { Verified = true, Output = Path.GetFileName(target) }, ConversionJson.Default.ConversionReport);
        model.Save(draft);
        options.Progress?.Report(new ConversionProgress("verify", null, 0.98));
        SavedFileCheck.Run(draft, inMemory, [.. batches.Take(MaxVerified)], options, cancellation);
        var bytes = Directory.GetFiles(Path.GetDirectoryName(draft)!).Sum(file => new FileInfo(file).Length);
        IReadOnlyList<(string Stored, Precision Held)> held =
        [
            .. converted.Select(entry => (entry.Site.Site.WeightType, entry.Site.Precision)),
            .. linears.Select(entry => (entry.Site.WeightType, entry.Linear.Precision)),
        ];
        IReadOnlyList<string> growth = SizeGrowth.Note(sourceBytes, bytes, held) is { } note ? [note] : [];
        return report with { Seconds = execution.Report.Seconds, Verified = true, Notes = [.. report.Notes, .. growth] };
    }

    private static (Dictionary<string, FeedForwardSite> Sites, Dictionary<string, LinearSite> Linears) Places(OnnxModel model)
    {
        var (search, linears) = model.FindSites();
        return (search.Sites.ToDictionary(site => site.Name), linears.ToDictionary(linear => linear.Name));
    }

    /// <summary>The held-out batches, or made-up inputs that the dense model accepts, or none.</summary>
    private static IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyTensor>> Batches(
        ModelSession dense, IReadOnlyList<IReadOnlyDictionary<string, IReadOnlyTensor>> judging, CancellationToken cancellation)
    {
        if (judging.Count > 0)
        {
            return judging;
        }

        foreach (var ids in ProbeIds)
        {
            try
            {
                var probe = ProbeInputs.Create(dense.InputMetadata, ProbeSeed, ids);
                dense.Run(probe, cancellation);
                return [probe];
            }
            catch (Exception exception) when (exception is OnnxRuntimeException or NotSupportedException)
            {
                // The next ones are smaller; without any the model is not compared.
            }
        }

        return [];
    }

    private static void CheckData(OnnxModel model, string target)
    {
        var data = model.DataFiles();
        string[] written = [target, ModelWriter.DataPath(target)];
        if (written.FirstOrDefault(path => data.Contains(ExternalFolder.RealPath(path))) is { } taken)
        {
            throw new ConversionException($"the output '{target}' would overwrite '{taken}', which holds the weights of the input; name another");
        }
    }

    private static long MoveInto(DirectoryInfo work, string folder)
    {
        long bytes = 0;

        // The model names its external data: data first, so that a reader never sees a model without them.
        foreach (var file in work.GetFiles().OrderByDescending(file => file.Name.Length))
        {
            bytes += file.Length;
            file.MoveTo(Path.Combine(folder, file.Name), overwrite: true);
        }

        return bytes;
    }

    private static string NothingToConvert(PlanExecution execution)
    {
        var reasons = execution.Left.Concat(execution.Search.Skipped.Select(skip => $"{string.Join(", ", skip.Nodes)}: {skip.Reason}")).ToList();
        return execution.Search.Sites.Count == 0
            ? $"no feed-forward network was found in the model: {(reasons.Count == 0 ? "it has no pair of linears with constant weights" : string.Join("; ", reasons))}. "
                + "On the command line, 'nativesparse inspect MODEL' lists its linears and what was not taken"
            : $"the plan converts nothing. {string.Join("; ", reasons)}";
    }
}
