using NativeSparse.Measurement;

namespace NativeSparse.Cli.Documents;

/// <summary>Answer of <c>selftest</c>.</summary>
/// <param name="Cpu">Name of the processor.</param>
/// <param name="Backend">The backend that was tested.</param>
/// <param name="Passed">Whether every case passed.</param>
/// <param name="Families">One entry for each family and precision.</param>
/// <param name="Timings">A few timings of one thread, or of a device.</param>
internal sealed record SelfTestDocument(
    string Cpu, string Backend, bool Passed, IReadOnlyList<SelfTestFamily> Families, IReadOnlyList<SelfTestTiming> Timings);
