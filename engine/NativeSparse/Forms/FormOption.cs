namespace NativeSparse.Forms;

/// <summary>One option of a form, for help texts.</summary>
/// <param name="Name">Its name in a plan's options.</param>
/// <param name="Default">Its default.</param>
/// <param name="Summary">What it does, with its unit or values.</param>
public sealed record FormOption(string Name, string Default, string Summary)
{
    /// <summary>The converters that read it; empty: all of the form's.</summary>
    public IReadOnlyList<string> Converters { get; init; } = [];

    /// <summary>Whether a converter of the form reads it.</summary>
    public bool IsReadBy(string converter) => Converters.Count == 0 || Converters.Contains(converter);
}
