using NativeSparse.Conversion;
using NativeSparse.Forms;
using NativeSparse.Kernels;
using NativeSparse.Linears;
using NativeSparse.Onnx;

namespace NativeSparse.Session;

/// <summary>Opens a model: form nodes are built from their constants, dense sites are converted where a plan is given.</summary>
internal static class EngineLoader
{
    /// <summary>Key of the file's version in the metadata.</summary>
    public const string VersionKey = "nativesparse.version";

    /// <summary>Key of the plan in the metadata.</summary>
    public const string PlanKey = "nativesparse.plan";

    /// <summary>Key of the conversion report in the metadata.</summary>
    public const string ReportKey = "nativesparse.report";

    /// <summary>The version this engine writes, and the newest it reads.</summary>
    public const int FileVersion = 1;

    /// <summary>Opens a model on a backend, which is disposed where that fails.</summary>
    public static (ModelSession Session, EngineInfo Info) Load(
        ModelSource source, SparseOptions options, Backend backend, CancellationToken cancellation)
    {
        try
        {
            return LoadModel(source, options, backend, cancellation);
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    /// <summary>A session on a model whose sites become the given forms. Owns the forms from here on, also when it fails.</summary>
    public static ModelSession Open(
        OnnxModel model,
        IEnumerable<(ConvertedSite Site, FeedForward Form)> sites,
        IEnumerable<(LinearSite Site, LinearOperator Linear)> linears,
        SparseOptions options)
    {
        var forms = new Dictionary<string, NodeOperator>();
        foreach (var (site, form) in sites)
        {
            forms.Add(site.Site.Name, form);
            model.Replace(site.Site, SessionNodes.Create(site.Site.Name, site.Descriptor));
        }

        foreach (var (site, linear) in linears)
        {
            forms.Add(site.Name, linear);
            model.Replace(site, LinearNode.InSession(site.Name));
        }

        return ModelSession.Open(model, forms, options);
    }

    private static (ModelSession Session, EngineInfo Info) LoadModel(
        ModelSource source, SparseOptions options, Backend backend, CancellationToken cancellation)
    {
        var model = source.Open();
        CheckVersion(model);
        var nodes = new Queue<FormNode>(model.FindNodes(CustomOpDomain.Domain));
        var forms = new Dictionary<string, NodeOperator>();
        var sites = new List<SiteInfo>();
        try
        {
            if (nodes.Count > 0)
            {
                return LoadConverted(model, nodes, forms, sites, options, backend);
            }

            if (options.EffectivePlan is not { } plan)
            {
                var session = ModelSession.Open(source, options);
                return (session, Info(backend, options, [], ["no plan was given: the whole model runs in ONNX Runtime"], null));
            }

            return Convert(source, model, plan, forms, sites, options, backend, cancellation);
        }
        catch
        {
            foreach (var form in forms.Values)
            {
                form.Dispose();
            }

            throw;
        }
    }

    private static (ModelSession Session, EngineInfo Info) LoadConverted(
        OnnxModel model,
        Queue<FormNode> nodes,
        Dictionary<string, NodeOperator> forms,
        List<SiteInfo> sites,
        SparseOptions options,
        Backend backend)
    {
        if (options.EffectivePlan is not null)
        {
            throw new ConversionException("the model is converted already; load it without a plan, precision or linears, or convert the dense model");
        }

        while (nodes.TryDequeue(out var node))
        {
            if (forms.ContainsKey(node.Name))
            {
                throw new ModelFormatException($"two form nodes are named '{node.Name}'", site: node.Name);
            }

            if (node.OpType == LinearNode.OpType)
            {
                Add(forms, sites, node.Name, LinearNode.FormName, OnBackend(LinearNode.Build(node.Name, LinearNode.Read(node), backend), backend));
                model.StripConstants(node, SessionNodes.Attributes(node.Name));
                SiteMemory.Release(forms[node.Name]);
                continue;
            }

            var descriptor = FormRegistry.FindByOpType(node.OpType)
                ?? throw new ModelFormatException(
                    $"node '{node.Name}' has the operator {CustomOpDomain.Domain}::{node.OpType}, known are "
                    + string.Join(", ", FormRegistry.Forms.Select(form => form.OpType).Append(LinearNode.OpType)),
                    site: node.Name);
            Add(forms, sites, node.Name, descriptor.Name, OnBackend(descriptor.BuildSite(node.Name, descriptor.Read(node), backend), backend));
            model.StripConstants(node, SessionNodes.Attributes(node.Name));
            SiteMemory.Release(forms[node.Name]);
        }

        var (report, damage) = ReadReport(model);
        IReadOnlyList<string> reasons = damage is null ? [] : [damage];
        return (ModelSession.Open(model, forms, options), Info(backend, options, sites, reasons, report));
    }

    private static (ModelSession Session, EngineInfo Info) Convert(
        ModelSource source,
        OnnxModel model,
        ConversionPlan plan,
        Dictionary<string, NodeOperator> forms,
        List<SiteInfo> sites,
        SparseOptions options,
        Backend backend,
        CancellationToken cancellation)
    {
        var execution = new PlanExecution(source, model, plan, options, backend, thorough: false);
        foreach (var site in execution.Convert(cancellation))
        {
            var form = OnBackend(site.Descriptor.BuildSite(site.Site.Name, site.Conversion.Parameters, backend), backend);
            Add(forms, sites, site.Site.Name, site.Descriptor.Name, form);
            execution.Add(site, form.ByteCount);
            model.Replace(site.Site, SessionNodes.Create(site.Site.Name, site.Descriptor));
            SiteMemory.Release(form);
        }

        foreach (var linear in execution.Linears.Convert(cancellation))
        {
            var packed = OnBackend(linear.Build(backend), backend);
            Add(forms, sites, linear.Site.Name, LinearNode.FormName, packed);
            execution.Linears.Add(linear, packed.ByteCount);
            model.Replace(linear.Site, LinearNode.InSession(linear.Site.Name));
            SiteMemory.Release(packed);
        }

        var session = ModelSession.Open(model, forms, options);
        var report = execution.Report;
        if (execution.Judging.Count > 0)
        {
            using var dense = ModelSession.Open(source, options);
            report = report with { Model = ModelComparison.Compare(dense, session, execution.Judging, cancellation) };
        }

        IReadOnlyList<string> reasons =
            [.. execution.Left, .. execution.Search.Skipped.Select(skip => $"{string.Join(", ", skip.Nodes)}: {skip.Reason}")];
        return (session, Info(backend, options, sites, reasons, report));
    }

    private static void Add(
        Dictionary<string, NodeOperator> forms, List<SiteInfo> sites, string site, string name, NodeOperator form)
    {
        forms.Add(site, form);
        sites.Add(new SiteInfo(site, name, Precisions.Name(form.Precision), form.Version, form.ByteCount));
    }

    private static NodeOperator OnBackend(NodeOperator form, Backend backend) =>
        backend is DeviceBackend device ? new DeviceOperator(form, device) : form;

    private static EngineInfo Info(
        Backend backend, SparseOptions options, List<SiteInfo> sites, IReadOnlyList<string> reasons, ConversionReport? report) => new()
        {
            Backend = backend.Name,
            Threads = ModelSession.ThreadCount(options),
            OnnxRuntime = Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetVersionString(),
            Sites = sites,
            Reasons = backend.IsDevice && sites.Count > 0 ? [.. reasons, DeviceReason(backend)] : reasons,
            Report = report,
        };

    private static string DeviceReason(Backend backend) =>
        $"{backend.Name} runs the forms and linears; everything else runs in ONNX Runtime on the processor, and each site's input and output are copied to the device and back";

    private static void CheckVersion(OnnxModel model)
    {
        if (!model.Metadata.TryGetValue(VersionKey, out var text))
        {
            return;
        }

        if (!int.TryParse(text, out var version) || version is < 1 or > FileVersion)
        {
            throw new ModelFormatException(
                $"the file was written for version '{text}' of the form nodes, this engine reads up to version {FileVersion}: update the engine",
                site: VersionKey);
        }
    }

    /// <summary>The report that the file keeps, or why it cannot be read: the model does not need it.</summary>
    private static (ConversionReport? Report, string? Damage) ReadReport(OnnxModel model)
    {
        if (!model.Metadata.TryGetValue(ReportKey, out var json))
        {
            return (null, null);
        }

        try
        {
            return (System.Text.Json.JsonSerializer.Deserialize(json, ConversionJson.Default.ConversionReport), null);
        }
        catch (System.Text.Json.JsonException exception)
        {
            return (null, $"the conversion report in the file ({ReportKey}) is damaged and was left out: {exception.Message}");
        }
    }
}
