using System.Globalization;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>Measures the standard cases on this machine and writes them under <c>perf/results/&lt;cpu&gt;</c>.</summary>
internal static class RecordCommand
{
    private const string Usage = "record [--threads N] [--rounds N] [--family dense|ffn|experts|routing|lowrank|sparse|semiring|rowsparse|blockdiagonal] [--backend a,b] [--output FOLDER]";

    public static int Run(IReadOnlyList<string> args)
    {
        var options = new KernelBenchOptions();
        string? folder = null;
        var isPartial = false;
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
                    if (!IsPositive(value, out var threads))
                    {
                        return Refuse($"{args[i]} {value}");
                    }

                    options = options with { Threads = threads };
                    break;
                case "--rounds":
                    if (!IsPositive(value, out var rounds))
                    {
                        return Refuse($"{args[i]} {value}");
                    }

                    options = options with { Rounds = rounds };
                    break;
                case "--family":
                    if (!Enum.GetValues<KernelFamily>().Select(KernelCase.NameOf).Contains(value))
                    {
                        return Refuse($"{args[i]} {value}");
                    }

                    var family = KernelCase.FamilyOf(value);
                    options = options with { Cases = KernelCase.Standard.Where(@case => @case.Family == family).ToArray() };
                    isPartial = true;
                    break;
                case "--backend":
                    isPartial = true;
                    options = options with { Backends = value.Split(',') };
                    break;
                case "--output":
                    folder = value;
                    break;
                default:
                    return Refuse(args[i]);
            }
        }

        if (isPartial && folder is null)
        {
            Console.Error.WriteLine("a part of the cases, or other backends than the usual one, would replace this processor's record: give --output FOLDER");
            return 2;
        }

        folder ??= Path.Combine(RecordFolders.Results, CpuIdentity.FolderName);
        var progress = new Progress();
        var result = KernelBench.Run(options, progress);
        if (!isPartial && options.Threads == 1)
        {
            result = result with { Rows = [.. result.Rows, .. MeasureTargetCases(options, result.Environment.Backend, progress)] };
        }

        KernelRecord.Write(result, folder, options.Threads);
        Console.WriteLine();
        Console.WriteLine(KernelTargets.Render(KernelTargets.Of(result)));
        Console.WriteLine($"written to {folder}");
        return 0;
    }

    private static IEnumerable<KernelBenchRow> MeasureTargetCases(KernelBenchOptions options, string automatic, Progress progress)
    {
        foreach (var (part, obstacle) in TargetCases.Of(options, automatic))
        {
            if (part is null)
            {
                Console.WriteLine($"not measured: {obstacle}");
                continue;
            }

            foreach (var row in KernelBench.Run(part, progress).Rows)
            {
                yield return row;
            }
        }
    }

    private static bool IsPositive(string value, out int number) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;

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
