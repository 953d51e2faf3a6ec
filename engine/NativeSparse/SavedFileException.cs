namespace NativeSparse;

/// <summary>A converted model was saved, loaded again, and computes something else than the model in memory. The file was not kept.</summary>
/// <param name="message">What differs.</param>
/// <param name="site">The site's name, when one site differs.</param>
public sealed class SavedFileException(string message, string? site = null)
    : Exception(message)
{
    /// <summary>The site's name, when one site differs.</summary>
    public string? Site { get; } = site;
}
