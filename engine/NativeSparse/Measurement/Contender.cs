namespace NativeSparse.Measurement;

/// <summary>One thing to time.</summary>
/// <param name="Name">For reports.</param>
/// <param name="Run">Does the work once.</param>
public sealed record Contender(string Name, Action Run);
