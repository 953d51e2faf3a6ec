namespace NativeSparse.Measurement;

/// <summary>The naive kernels of a device beside ours, float32 at every precision.</summary>
/// <param name="Contender">What is timed.</param>
/// <param name="Difference">Largest difference of the last runs of both, relative to the largest value.</param>
internal sealed record NaiveRun(Contender Contender, Func<double> Difference);
