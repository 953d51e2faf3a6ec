namespace NativeSparse.Measurement;

/// <summary>What the self-test found.</summary>
/// <param name="Cpu">The processor's name.</param>
/// <param name="Backend">The backend that was tested.</param>
/// <param name="Families">One entry for each family and precision.</param>
/// <param name="Timings">One thread, in turns with the machine's limit; of a device its own time; empty for the reference and for a simulated device.</param>
public sealed record SelfTestResult(
    string Cpu, string Backend, IReadOnlyList<SelfTestFamily> Families, IReadOnlyList<SelfTestTiming> Timings)
{
    /// <summary>Whether every case passed.</summary>
    public bool IsPassed => Families.All(family => family.Wrong.Count == 0);
}
