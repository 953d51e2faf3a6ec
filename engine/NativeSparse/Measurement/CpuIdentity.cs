using System.Runtime.InteropServices;
using NativeSparse.Choices;

namespace NativeSparse.Measurement;

/// <summary>The processor's name, under which results are recorded.</summary>
public static class CpuIdentity
{
    private const string LinuxFile = "/proc/cpuinfo";

    /// <summary>The name the system gives, with family and model where Linux tells them.</summary>
    public static string Name { get; } = Read();

    /// <summary>The name as a folder: lower case, digits and hyphens.</summary>
    public static string FolderName => FileNames.Plain(Name);

    private static string Read()
    {
        if (!File.Exists(LinuxFile))
        {
            var name = Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
            return string.IsNullOrEmpty(name) ? RuntimeInformation.ProcessArchitecture.ToString() : name;
        }

        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(LinuxFile).TakeWhile(line => line.Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                facts[line[..colon].Trim()] = line[(colon + 1)..].Trim();
            }
        }

        var model = facts.GetValueOrDefault("model name", RuntimeInformation.ProcessArchitecture.ToString());
        return facts.TryGetValue("cpu family", out var family) && facts.TryGetValue("model", out var number)
            ? $"{model} (family {family} model {number})"
            : model;
    }
}
