namespace NativeSparse.Forms;

/// <summary>One form, for help texts.</summary>
/// <param name="Name">Its name in plans.</param>
/// <param name="Summary">What it is, in one line.</param>
/// <param name="Converters">Its converters, the default one first.</param>
/// <param name="Options">Its options.</param>
public sealed record FormSummary(string Name, string Summary, IReadOnlyList<string> Converters, IReadOnlyList<FormOption> Options);
