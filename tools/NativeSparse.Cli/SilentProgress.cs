using NativeSparse.Conversion;

namespace NativeSparse.Cli;

/// <summary>Progress that nobody looks at.</summary>
internal sealed class SilentProgress : IProgress<ConversionProgress>
{
    /// <inheritdoc/>
    public void Report(ConversionProgress value)
    {
    }
}
