namespace NativeSparse.Kernels;

/// <summary>The backends of this machine. Thread-safe.</summary>
public static class BackendCatalog
{
    /// <summary>Environment variable that names the backend where an option does not.</summary>
    public const string EnvironmentVariable = "NATIVESPARSE_BACKEND";

    private const string Automatic = "auto";

    /// <summary>Every known backend with whether it is usable here.</summary>
    public static IReadOnlyList<BackendInfo> List() =>
        [new BackendInfo(ReferenceBackend.VersionName, Usable: true, "plain loops: the specification, slow")];

    /// <summary>
    /// Opens a backend: <c>auto</c>, <c>reference</c>, <c>cpu</c> (widest vectors that pay here), <c>cpu:vector128</c>,
    /// <c>cpu:vector256</c>, <c>cpu:vector512</c>. Null: <see cref="EnvironmentVariable"/>, else <c>auto</c>.
    /// </summary>
    /// <exception cref="BackendUnavailableException">It is unknown or cannot run here; lists what was tried.</exception>
    public static Backend Open(string? name = null)
    {
        if (string.IsNullOrEmpty(name))
        {
            name = Environment.GetEnvironmentVariable(EnvironmentVariable);
        }

        name = string.IsNullOrEmpty(name) ? Automatic : name;
        if (name is Automatic or ReferenceBackend.VersionName)
        {
            return new ReferenceBackend();
        }

        var known = List().Select(info => $"{info.Name} ({info.Reason})").ToArray();
        throw new BackendUnavailableException(name, "no such backend", known);
    }
}
