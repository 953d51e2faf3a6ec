using System.CommandLine;
using System.Text.Json.Nodes;
using NativeSparse.Conversion;
using NativeSparse.Forms;

namespace NativeSparse.Cli.Options;

/// <summary>The options that say what the sites become; the forms and their options come from the engine's catalog.</summary>
internal sealed class ConversionSettings
{
    private const string DefaultForm = "dense";
    private const string NoForm = "none";

    private readonly IReadOnlyList<FormSummary> _forms = FormCatalog.List();
    private readonly Option<string?> _plan = new("--plan")
    {
        Description = "A plan (JSON) that says what each site becomes; the options below override it.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _form;
    private readonly Option<string?> _method;
    private readonly Option<string?> _precision = new("--precision")
    {
        Description = $"How the matrices are held: {string.Join(", ", Precisions.Names)}. Default: {Precisions.Names[0]}.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _linears = new("--linears")
    {
        Description = $"How the other linears with constant weights are held on our kernels: {string.Join(", ", Precisions.Names)}; {NoForm} leaves them to "
            + "ONNX Runtime. Default: what the plan says, else none.",
        HelpName = "NAME",
    };

    private readonly IReadOnlyList<FormSetting> _settings;

    /// <summary>Adds the options to a command.</summary>
    public ConversionSettings(Command command)
    {
        _form = new Option<string?>("--form")
        {
            Description = $"The form of every feed-forward site: {string.Join("; ", _forms.Select(form => $"{form.Name} ({form.Summary})"))}; "
                + $"{NoForm} (left to ONNX Runtime). Default: {DefaultForm}.",
            HelpName = "NAME",
        };
        _form.AcceptOnlyFromAmong([.. _forms.Select(form => form.Name), NoForm]);
        _method = new Option<string?>("--method")
        {
            Description = "How the form is made: "
                + string.Join("; ", _forms.Where(form => form.Converters.Count > 1).Select(form => $"{form.Name}: {string.Join(", ", form.Converters)}"))
                + ". Default: the first.",
            HelpName = "NAME",
        };
        _settings =
        [
            .. _forms.SelectMany(form => form.Options.Select(option => (form.Name, option)))
                .GroupBy(entry => entry.option.Name)
                .Select(group => new FormSetting(group.First().option, [.. group.Select(entry => entry.Name)])),
        ];
        Option[] options = [_plan, _form, _method, .. _settings.Select(setting => setting.Option), _precision, _linears];
        foreach (var option in options)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The plan that the options make, or null when none is given.</summary>
    /// <exception cref="UsageException">The options do not go together.</exception>
    /// <exception cref="Onnx.ModelFormatException">The plan file is no plan.</exception>
    public ConversionPlan? Read(Invocation invocation)
    {
        var (precision, linears) = (invocation.Get(_precision), invocation.Get(_linears));
        CheckPrecision(_precision, precision);
        var plan = precision is null ? ReadForms(invocation) : ReadForms(invocation) is { } forms ? WithPrecision(forms, precision) : null;
        if (linears is null or NoForm)
        {
            return linears is null || plan is null ? plan : plan with { Linears = null };
        }

        CheckPrecision(_linears, linears);
        plan ??= ConversionPlan.ForEverySite(DefaultForm);
        return plan with { Linears = new LinearPlan { Precision = linears, Except = plan.Linears?.Except ?? [] } };
    }

    /// <summary>The plan that the options make, or every site dense.</summary>
    public ConversionPlan ReadOrDense(Invocation invocation) => Read(invocation) ?? ConversionPlan.ForEverySite(DefaultForm);

    private static ConversionPlan WithPrecision(ConversionPlan plan, string precision) => plan with
    {
        DefaultPrecision = precision,
        Sites = [.. plan.Sites.Select(site => site with { Precision = precision })],
    };

    private ConversionPlan? ReadForms(Invocation invocation)
    {
        var file = invocation.Get(_plan);
        var form = invocation.Get(_form);
        var method = invocation.Get(_method);
        FormSetting[] given = [.. _settings.Where(setting => invocation.IsGiven(setting.Option))];
        if (file is null)
        {
            if (form is null && method is null && given.Length == 0)
            {
                return invocation.IsGiven(_precision) ? ConversionPlan.ForEverySite(DefaultForm) : null;
            }

            form ??= DefaultForm;
            Check(form, method, given);
            return ConversionPlan.ForEverySite(form, method, given.Length == 0 ? null : Merge(null, given, invocation));
        }

        var plan = ReadFile(file);
        if (form is not null)
        {
            Check(form, method, given);
            return plan with { Sites = ConversionPlan.ForEverySite(form, method, given.Length == 0 ? null : Merge(null, given, invocation)).Sites };
        }

        if (given.FirstOrDefault(setting => !plan.Sites.Any(site => Reads(setting, site.Form, method ?? site.Converter))) is { } unread)
        {
            throw new UsageException($"{unread.Option.Name} is an option of --form {Describe(unread)}, which no entry of '{file}' is");
        }

        return plan with { Sites = [.. plan.Sites.Select(site => Override(site, method, given, invocation))] };
    }

    private static ConversionPlan ReadFile(string path)
    {
        try
        {
            return ConversionPlan.Parse(File.ReadAllText(ModelFile.Require(path, "a plan (JSON)")));
        }
        catch (Onnx.ModelFormatException exception) when (exception.Path is null)
        {
            throw new Onnx.ModelFormatException(exception.Message, path, exception.Site, exception);
        }
    }

    private static JsonObject Merge(JsonObject? options, FormSetting[] given, Invocation invocation)
    {
        var merged = options?.DeepClone().AsObject() ?? [];
        foreach (var setting in given)
        {
            merged[setting.Name] = setting.Parse(invocation.Get(setting.Option)!);
        }

        return merged;
    }

    private SitePlan Override(SitePlan site, string? method, FormSetting[] given, Invocation invocation)
    {
        FormSetting[] fitting = [.. given.Where(setting => Reads(setting, site.Form, method ?? site.Converter))];
        return site with
        {
            Converter = method ?? site.Converter,
            Options = fitting.Length == 0 ? site.Options : Merge(site.Options, fitting, invocation),
        };
    }

    private static void CheckPrecision(Option option, string? precision)
    {
        if (precision is null || Precisions.Names.Contains(precision))
        {
            return;
        }

        throw new UsageException($"{option.Name} '{precision}' is unknown; this version of nativesparse has {string.Join(", ", Precisions.Names)}");
    }

    private static string Describe(FormSetting setting) =>
        string.Join(" or ", setting.Forms) + (setting.Methods.Count > 0 ? $" --method {string.Join(" or ", setting.Methods)}" : "");

    private bool Reads(FormSetting setting, string form, string? method) =>
        setting.Forms.Contains(form)
        && setting.IsReadBy(method ?? _forms.First(candidate => candidate.Name == form).Converters[0]);

    private void Check(string form, string? method, FormSetting[] given)
    {
        if (given.FirstOrDefault(setting => !setting.Forms.Contains(form)) is { } foreign)
        {
            throw new UsageException($"{foreign.Option.Name} is an option of --form {string.Join(" or ", foreign.Forms)}, not of --form {form}");
        }

        var converters = _forms.FirstOrDefault(candidate => candidate.Name == form)?.Converters ?? [];
        if (method is not null && !converters.Contains(method))
        {
            throw new UsageException($"--method '{method}' does not make --form {form}; its methods are: {string.Join(", ", converters.DefaultIfEmpty("none"))}");
        }

        if (given.FirstOrDefault(setting => !Reads(setting, form, method)) is { } unread)
        {
            throw new UsageException(
                $"{unread.Option.Name} is an option of --form {Describe(unread)}; --method {method ?? converters[0]} does not read it");
        }
    }
}
