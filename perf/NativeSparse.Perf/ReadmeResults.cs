using System.Text;

namespace NativeSparse.Perf;

/// <summary>Renders recorded results between README's markers: one section for each processor that has records.</summary>
internal static class ReadmeResults
{
    private const string Begin = "<!-- results -->";
    private const string End = "<!-- /results -->";
    private const string DemoFile = "demo.json";
    private const string KernelFiles = "kernels*.json";

    /// <summary>The sections of a folder that holds one folder for each processor; empty where nothing is recorded.</summary>
    public static string Render(string results)
    {
        if (!Directory.Exists(results))
        {
            return "";
        }

        var text = new StringBuilder();
        foreach (var folder in Directory.GetDirectories(results).Order(StringComparer.Ordinal))
        {
            var demo = Path.Combine(folder, DemoFile);
            var record = File.Exists(demo) ? ReadmeDemoRecord.Read(demo) : null;
            var kernels = Directory.GetFiles(folder, KernelFiles).Select(KernelRecord.Read).OrderBy(result => result.Environment.Threads).ToArray();
            var cpu = record?.Environment.Cpu ?? kernels.FirstOrDefault()?.Environment.Cpu;
            if (cpu is null)
            {
                continue;
            }

            text.Append("\n### ").Append(cpu).Append('\n');
            if (record is not null)
            {
                text.Append('\n').Append(ReadmeDemoSection.Render(record));
            }

            foreach (var result in kernels)
            {
                text.Append('\n').Append(ReadmeKernelSection.Render(result));
            }
        }

        return text.ToString();
    }

    /// <summary>The document with what stands between the markers replaced.</summary>
    /// <exception cref="InvalidDataException">The document does not have each marker once, in order.</exception>
    public static string Insert(string document, string sections)
    {
        var begin = document.IndexOf(Begin, StringComparison.Ordinal);
        var end = document.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin || document.LastIndexOf(Begin, StringComparison.Ordinal) != begin
            || document.LastIndexOf(End, StringComparison.Ordinal) != end)
        {
            throw new InvalidDataException($"expected '{Begin}' and then '{End}' once each, on lines of their own");
        }

        var separator = sections.Length == 0 ? "" : "\n";
        return $"{document[..(begin + Begin.Length)]}\n{sections}{separator}{document[end..]}";
    }
}
