namespace NativeSparse.Perf;

/// <summary>Writes the recorded results into README.md, and the table beside each kernel record.</summary>
internal static class ReadmeCommand
{
    private const string Usage = "readme [--results FOLDER] [--document FILE]";

    public static int Run(IReadOnlyList<string> args)
    {
        var results = RecordFolders.Results;
        var file = Path.Combine(RecordFolders.Repository, "README.md");
        for (var i = 0; i < args.Count; i += 2)
        {
            switch (args[i])
            {
                case "--results" when i + 1 < args.Count:
                    results = args[i + 1];
                    break;
                case "--document" when i + 1 < args.Count:
                    file = args[i + 1];
                    break;
                default:
                    Console.Error.WriteLine($"unknown or incomplete argument '{args[i]}'; usage: {Usage}");
                    return 2;
            }
        }

        if (!Directory.Exists(results) || !File.Exists(file))
        {
            Console.Error.WriteLine($"{(File.Exists(file) ? results : file)} does not exist");
            return 2;
        }

        foreach (var record in Directory.EnumerateFiles(results, "kernels*.json", SearchOption.AllDirectories))
        {
            File.WriteAllText(Path.ChangeExtension(record, ".md"), KernelRecord.Render(KernelRecord.Read(record)));
        }

        var before = File.ReadAllText(file);
        var after = ReadmeResults.Insert(before, ReadmeResults.Render(results));
        if (after == before)
        {
            Console.WriteLine($"{file} already shows the records of {results}");
            return 0;
        }

        File.WriteAllText(file, after);
        Console.WriteLine($"{file} now shows the records of {results}");
        return 0;
    }
}
