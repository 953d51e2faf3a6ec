namespace NativeSparse.Tests.Forms.Experts.Converters;

/// <summary>Remembers the highest report and that reports never fall.</summary>
internal sealed class LastProgress : IProgress<double>
{
    public double Value { get; private set; }

    public void Report(double value)
    {
        Xunit.Assert.InRange(value, Value, 1);
        Value = value;
    }
}
