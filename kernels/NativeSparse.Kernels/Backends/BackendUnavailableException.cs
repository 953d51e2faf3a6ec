namespace NativeSparse.Kernels;

/// <summary>A backend that was asked for by name cannot run here.</summary>
/// <param name="backend">The name asked for.</param>
/// <param name="reason">Why it cannot run.</param>
/// <param name="tried">The backends known, each with whether it is usable or why not.</param>
public sealed class BackendUnavailableException(string backend, string reason, IReadOnlyList<string> tried)
    : Exception($"backend '{backend}' is not available: {reason}. Known: {string.Join("; ", tried)}")
{
    /// <summary>The name asked for.</summary>
    public string Backend { get; } = backend;

    /// <summary>The backends known, each with whether it is usable or why not.</summary>
    public IReadOnlyList<string> Tried { get; } = tried;
}
