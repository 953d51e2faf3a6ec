namespace NativeSparse.Testing;

/// <summary>Finds the shared test data: the folder named by NATIVESPARSE_SHARED, else <c>../shared</c> beside the repository.</summary>
public static class SharedData
{
    /// <summary>Why tests that need shared data are skipped, for <c>Assert.Skip</c>.</summary>
    public const string Absent = "skipped: no shared data (set NATIVESPARSE_SHARED)";

    /// <summary>The repository root: the folder that holds NativeSparse.sln.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>The shared folder, or null when there is none.</summary>
    public static string? Root { get; } = FindRoot();

    /// <summary>A folder below the shared folder, or null when it does not exist.</summary>
    public static string? Folder(params string[] parts)
    {
        if (Root is null)
        {
            return null;
        }

        var folder = Path.Combine([Root, .. parts]);
        return Directory.Exists(folder) ? folder : null;
    }

    /// <summary>The files of a shared folder that match a pattern, by name; empty when the folder does not exist.</summary>
    public static IReadOnlyList<string> Files(string pattern, params string[] parts) =>
        Folder(parts) is { } folder ? Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal).ToList() : [];

    private static string FindRepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "NativeSparse.sln")))
            {
                return folder.FullName;
            }
        }

        return Environment.CurrentDirectory;
    }

    private static string? FindRoot()
    {
        var named = Environment.GetEnvironmentVariable("NATIVESPARSE_SHARED");
        var root = string.IsNullOrEmpty(named) ? Path.Combine(RepositoryRoot, "..", "shared") : named;
        return Directory.Exists(root) ? Path.GetFullPath(root) : null;
    }
}
