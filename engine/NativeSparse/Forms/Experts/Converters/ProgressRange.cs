namespace NativeSparse.Forms.Experts.Converters;

/// <summary>Reports a step's progress as a part of the whole's.</summary>
internal sealed class ProgressRange(IProgress<double> whole, double start, double end) : IProgress<double>
{
    /// <inheritdoc/>
    public void Report(double value) => whole.Report(start + ((end - start) * value));
}
