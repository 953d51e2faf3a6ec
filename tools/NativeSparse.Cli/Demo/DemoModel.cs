using NativeSparse.Cli.Running;
using NativeSparse.Conversion;

namespace NativeSparse.Cli.Demo;

/// <summary>One loaded runner of the demo.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Runner">The loaded model, owned.</param>
internal sealed record DemoModel(string Name, ModelRunner Runner) : IDisposable
{
    /// <summary>The report of the conversion, or null.</summary>
    public ConversionReport? Report => (Runner as EngineRunner)?.Info.Report;

    /// <summary>Mean share of the hidden neurons that run for a token.</summary>
    public double ActiveShare => Report?.Sites is { Count: > 0 } sites ? sites.Average(site => site.ActiveShare) : 1;

    /// <inheritdoc/>
    public void Dispose() => Runner.Dispose();
}
