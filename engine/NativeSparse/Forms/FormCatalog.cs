namespace NativeSparse.Forms;

/// <summary>The forms a host or a command line may name in a plan.</summary>
public static class FormCatalog
{
    /// <summary>All forms.</summary>
    public static IReadOnlyList<FormSummary> List() =>
        [.. FormRegistry.Forms.Select(form => new FormSummary(form.Name, form.Summary, form.Converters, form.Options))];
}
