namespace NativeSparse.Choices;

/// <summary>The user's folder for what was measured on this machine and can be measured again.</summary>
public static class CacheFolder
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "NATIVESPARSE_CACHE";

    private const string Product = "nativesparse";

    /// <summary>
    /// The folder that <see cref="Variable"/> names; else <c>nativesparse</c> in the system's folder for caches: <c>XDG_CACHE_HOME</c> or
    /// <c>~/.cache</c>, on macOS <c>~/Library/Caches</c>, on Windows the local application data. Null where a user has none of them. It need not exist.
    /// </summary>
    public static string? Default =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? Path.GetFullPath(named)
        : SystemFolder() is { Length: > 0 } folder ? Path.Combine(folder, Product)
        : null;

    private static string? SystemFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        }

        // A relative path there is to be ignored, says the XDG specification.
        if (!OperatingSystem.IsMacOS() && Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } caches && Path.IsPathRooted(caches))
        {
            return caches;
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length == 0 ? null
            : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
            : Path.Combine(home, ".cache");
    }
}
