namespace NativeSparse;

/// <summary>A site that cannot be converted as the plan asks.</summary>
/// <param name="message">What is wrong and what to do.</param>
/// <param name="site">The site's name, when one site is meant.</param>
/// <param name="form">The form asked for.</param>
/// <param name="innerException">The cause, when there is one.</param>
public sealed class ConversionException(string message, string? site = null, string? form = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The site's name, when one site is meant.</summary>
    public string? Site { get; } = site;

    /// <summary>The form asked for.</summary>
    public string? Form { get; } = form;
}
