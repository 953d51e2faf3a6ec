namespace NativeSparse.Kernels;

/// <summary>The backends of this machine. Thread-safe.</summary>
public static class BackendCatalog
{
    /// <summary>Environment variable that names the backend where an option does not.</summary>
    public const string EnvironmentVariable = "NATIVESPARSE_BACKEND";

    /// <summary>Every known backend with whether it is usable here.</summary>
    public static IReadOnlyList<BackendInfo> List() => throw new NotSupportedException();

    /// <summary>
    /// Opens a backend: <c>auto</c>, <c>reference</c>, <c>cpu</c> (widest vectors that pay here), <c>cpu:vector128</c>,
    /// <c>cpu:vector256</c>, <c>cpu:vector512</c>. Null: <see cref="EnvironmentVariable"/>, else <c>auto</c>.
    /// </summary>
    /// <exception cref="BackendUnavailableException">It is unknown or cannot run here; lists what was tried.</exception>
    public static Backend Open(string? name = null) => throw new NotSupportedException();
}
