namespace NativeSparse.Perf;

/// <summary>Where records lie in a working tree.</summary>
internal static class RecordFolders
{
    /// <summary>The folder that holds the solution, or the current one where the runner lies outside a working tree.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>One folder below it for each processor.</summary>
    public static string Results => Path.Combine(Repository, "perf", "results");

    private static string FindRepository()
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
}
