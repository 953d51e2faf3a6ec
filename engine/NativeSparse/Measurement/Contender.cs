namespace NativeSparse.Measurement;

/// <summary>One thing to time.</summary>
/// <param name="Name">For reports.</param>
/// <param name="Run">Does the work once.</param>
public sealed record Contender(string Name, Action Run)
{
    /// <summary>
    /// Whether its threads go on spinning for a while after a run. Its turn then begins with one run that is not timed, so that they are up, as
    /// between the layers of a model, and the next turn waits until the process is quiet.
    /// </summary>
    public bool KeepsSpinning { get; init; }
}
