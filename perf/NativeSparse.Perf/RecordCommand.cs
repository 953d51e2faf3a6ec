using System.Globalization;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>Measures the standard cases on this machine and writes them under <c>perf/results/&lt;cpu&gt;</c>.</summary>
internal static class RecordCommand
{
    private const string Usage = "record [--threads N] [--rounds N] [--family dense|ffn|experts|routing] [--backend a,b] [--output FOLDER]";

    public static int Run(IReadOnlyList<string> args)
    {
        var options = new KernelBenchOptions();
        var folder = Path.Combine(RecordFolders.Results, CpuIdentity.FolderName);
        for (var i = 0; i < args.Count; i += 2)
        {
            if (i + 1 == args.Count)
            {
                return Refuse(args[i]);
            }

            var value = args[i + 1];
            switch (args[i])
            {
                case "--threads":
                    options = options with { Threads = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "--rounds":
                    options = options with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "--family":
                    var family = KernelCase.FamilyOf(value);
                    options = options with { Cases = KernelCase.Standard.Where(@case => @case.Family == family).ToArray() };
                    break;
                case "--backend":
                    options = options with { Backends = value.Split(',') };
                    break;
                case "--output":
                    folder = value;
                    break;
                default:
                    return Refuse(args[i]);
            }
        }

        var result = KernelBench.Run(options, new Progress());
        KernelRecord.Write(result, folder, options.Threads);
        Console.WriteLine($"written to {folder}");
        return 0;
    }

    private static int Refuse(string argument)
    {
        Console.Error.WriteLine($"unknown or incomplete argument '{argument}'; usage: {Usage}");
        return 2;
    }

    private sealed class Progress : IProgress<KernelBenchRow>
    {
        public void Report(KernelBenchRow value) => Console.WriteLine(KernelRecord.Line(value));
    }
}
