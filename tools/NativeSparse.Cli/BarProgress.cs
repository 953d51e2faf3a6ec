using NativeSparse.Conversion;
using Spectre.Console;

namespace NativeSparse.Cli;

/// <summary>Progress shown as one bar.</summary>
/// <param name="title">What is being done as a whole.</param>
/// <param name="task">The bar, from 0 to 1.</param>
internal sealed class BarProgress(string title, ProgressTask task) : IProgress<ConversionProgress>
{
    /// <inheritdoc/>
    public void Report(ConversionProgress value)
    {
        task.Description = Markup.Escape(value.Site is null ? $"{title}: {value.Stage}" : $"{title}: {value.Stage} {value.Site}");
        task.Value = Math.Clamp(value.Fraction, 0, 1);
    }
}
