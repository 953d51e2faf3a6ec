using System.CommandLine;
using NativeSparse.Choices;
using NativeSparse.Cli.Documents;
using NativeSparse.Cli.Options;
using NativeSparse.Conversion;
using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Cli.Bench.Kernels;

/// <summary><c>nativesparse bench kernels</c>: one kernel family at a time beside ONNX Runtime and the machine's limits.</summary>
internal sealed class BenchKernelsCommand : ToolCommand
{
    private const string Automatic = "cpu";
    private const string Version = "cpu:";
    private const int DefaultRounds = 31;
    private readonly Option<string?> _family = new("--family")
    {
        Description = $"One kernel family: {string.Join(", ", Families)}. Default: all.",
        HelpName = "F",
    };

    private readonly Option<string[]> _shapes = new("--shape")
    {
        Description = $"A standard case ('768x3072 2 of 8'), a model ({string.Join(", ", KernelShape.Known.Select(shape => shape.Name))}), or DxH: input and "
            + "hidden width, at the usual numbers of tokens; with Tx before it, at T tokens or images (experts and routing: 2 of 8; blockdiagonal: 4 blocks; semiring: nodes, columns, edges a node). May be given several "
            + "times. Default: the standard cases.",
        HelpName = "[Tx]NAME|[Tx]DxH",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _precision = new("--precision")
    {
        Description = $"How the matrices are held: {string.Join(", ", Precisions.Names)}. Default: all standard cases; float32 for other shapes.",
        HelpName = "P",
    };

    private readonly Option<bool> _cold = new("--cold")
    {
        Description = "Weights from memory, a chain of layers larger than the caches: the given shapes so, or the standard cases that are so. "
            + $"Only {ColdFamilies}.",
    };

    private readonly Option<string?> _backends = new("--backend")
    {
        Description = "Backends separated by commas, as 'devices' lists them. Default: cpu; with --assert every version for this processor that can run here.",
        HelpName = "LIST",
    };

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "Threads of ours and of ONNX Runtime.",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    };

    private readonly Option<int> _rounds = new("--rounds")
    {
        Description = "Rounds; each times everything once, in turns. Medians and paired ratios are taken over them.",
        DefaultValueFactory = _ => DefaultRounds,
        HelpName = "N",
    };

    private readonly Option<bool> _assert = new("--assert")
    {
        Description = "Exit code 1 when the backend that is chosen automatically is more than 5 % slower in a case than ONNX Runtime or than another "
            + "backend of the run, or the layout that the cost model picks for sparse weights than another: the confidence interval of the paired ratio lies below 0.95. "
            + $"Takes at least {PairedRatio.LeastCount} rounds: fewer have no such interval.",
    };

    private readonly Option<bool> _measureCosts = new("--measure-costs")
    {
        Description = "Measure anew by what costs the layout of sparse weights is picked, and keep them in the place of the old ones (folder: "
            + $"{CacheFolder.Variable}). Default: those that are kept; measured once where there are none.",
    };

    /// <summary>Creates the command.</summary>
    public BenchKernelsCommand(Terminal terminal)
        : base(
            "kernels",
            "Times kernels beside our dense kernels, ONNX Runtime and the machine's measured peak and read bandwidth, in turns in one process.",
            terminal)
    {
        Option[] options = [_family, _shapes, _precision, _cold, _backends, _threads, _rounds, _assert, _measureCosts];
        foreach (var option in options)
        {
            Options.Add(option);
        }

        _family.AcceptOnlyFromAmong(Families);
        _precision.AcceptOnlyFromAmong([.. Precisions.Names]);
        EngineSettings.LimitThreads(_threads);
        NumberRule.RequirePositive(_rounds);
    }

    private static string[] Families { get; } = [.. Enum.GetValues<KernelFamily>().Select(KernelCase.NameOf)];

    /// <inheritdoc/>
    protected override int Execute(Invocation invocation)
    {
        CheckRounds(invocation);
        var options = new KernelBenchOptions
        {
            Cases = Cases(invocation),
            Backends = Backends(invocation),
            Threads = invocation.Get(_threads),
            Rounds = invocation.Get(_rounds),
            MeasureCosts = invocation.Get(_measureCosts),
        };
        var result = Measure(invocation, options);
        invocation.Answer(
            new BenchKernelsDocument(result.Environment, result.Rows, [.. result.SparseCosts.Select(SparseCostsFacts.Of)]), AnswerJson.Documents.BenchKernelsDocument, BenchKernelsTables.Write);
        if (!invocation.Get(_assert))
        {
            return ExitCode.Done;
        }

        string[] failures = [.. KernelVerdict.Failures(result.Rows)];
        Array.ForEach(failures, invocation.Note);
        return failures.Length > 0 ? ExitCode.No : ExitCode.Done;
    }

    private static KernelBenchResult Measure(Invocation invocation, KernelBenchOptions options)
    {
        try
        {
            return invocation.WithProgress(
                "timing", progress => KernelBench.Run(options, new RowProgress(progress, options), invocation.Cancellation));
        }
        catch (NotSupportedException exception)
        {
            throw new UsageException($"{exception.Message}; choose with --family and --precision");
        }
    }

    private void CheckRounds(Invocation invocation)
    {
        if (invocation.Get(_assert) && invocation.Get(_rounds) is var rounds and < PairedRatio.LeastCount)
        {
            throw new UsageException(
                $"--assert judges by the 95 % interval of the ratio over the rounds: expected --rounds {PairedRatio.LeastCount} or more, got {rounds}");
        }
    }

    private string[] Backends(Invocation invocation)
    {
        var named = invocation.Get(_backends)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (!invocation.Get(_assert))
        {
            return named ?? [Automatic];
        }

        // What is judged has to run, whatever it is compared with. The reference is slow on purpose, and devices are never picked.
        return [Automatic, .. named ?? BackendCatalog.List().Where(backend => backend.Usable && backend.Name.StartsWith(Version, StringComparison.Ordinal)).Select(backend => backend.Name)];
    }

    private KernelCase[] Cases(Invocation invocation)
    {
        KernelFamily[] families = invocation.Get(_family) is { } family ? [KernelCase.FamilyOf(family)] : Enum.GetValues<KernelFamily>();
        var isCold = invocation.Get(_cold);
        if (isCold)
        {
            families = [.. families.Where(HasCold)];
        }

        if (families.Length == 0)
        {
            throw new UsageException(
                $"{invocation.Get(_family)} has no cold cases; --cold is for {ColdFamilies}");
        }

        Precision? precision = invocation.Get(_precision) is { } name ? Precisions.Parse(name) : null;
        KernelCase[] standard =
        [
            .. KernelCase.Standard.Where(candidate => families.Contains(candidate.Family) && candidate.Precision == (precision ?? candidate.Precision)
                && (candidate.IsCold || !isCold)),
        ];
        if (!families.Any(family => Has(family, precision)))
        {
            throw new UsageException($"{invocation.Get(_family)} has no {Precisions.Name(precision!.Value)}; it is float32{(families.Any(family => Has(family, Precision.Int8)) ? " or int8" : "")}");
        }

        families = [.. families.Where(family => Has(family, precision))];
        var shapes = invocation.Get(_shapes)!;
        if (shapes.Length == 0)
        {
            return standard.Length > 0
                ? standard
                : throw new UsageException(
                    $"there is no standard case of {string.Join(", ", families.Select(KernelCase.NameOf))}{(precision is { } asked ? $" at {Precisions.Name(asked)}" : "")}"
                    + $"{(isCold ? " with weights from memory" : "")}; give a --shape such as 768x3072");
        }

        return
        [
            .. shapes.SelectMany(shape => Cases(shape, isCold ? [] : standard, families, given => given.At(precision ?? Precision.Float32) with { IsCold = isCold })),
        ];
    }

    private static KernelCase[] Cases(string shape, KernelCase[] standard, KernelFamily[] families, Func<KernelCase, KernelCase> complete)
    {
        KernelCase[] named = [.. standard.Where(candidate => candidate.Name == shape)];
        if (named.Length > 0)
        {
            return named;
        }

        try
        {
            return Cases(shape, families) is { Length: > 0 } cases
                ? [.. cases.Select(complete)]
                : throw new UsageException(
                    $"there is no shape '{shape}' in {string.Join(", ", families.Select(KernelCase.NameOf))}; mobilenetv2 is a shape of --family dense and sparse");
        }
        catch (FormatException exception)
        {
            throw new UsageException(standard.Length == 0
                ? exception.Message
                : $"{exception.Message}; or one of the standard cases {string.Join(", ", standard.Select(candidate => candidate.Name).Distinct())}");
        }
    }

    private static string ColdFamilies => string.Join(", ", Enum.GetValues<KernelFamily>().Where(HasCold).Select(KernelCase.NameOf));

    private static bool HasCold(KernelFamily family) => KernelCase.Standard.Any(@case => @case.IsCold && @case.Family == family);

    private static bool Has(KernelFamily family, Precision? precision) => family switch
    {
        KernelFamily.LowRank or KernelFamily.Routing or KernelFamily.Semiring => precision is null or Precision.Float32,
        KernelFamily.RowSparse or KernelFamily.Sparse => precision is null or Precision.Float32 or Precision.Int8,
        _ => true,
    };

    private static KernelCase[] Cases(string shape, KernelFamily[] families)
    {
        KernelFamily[] asked = [.. families.Where(family => family is not (KernelFamily.Routing or KernelFamily.Semiring) || families.Length == 1)];
        return [.. asked.SelectMany(KernelShape.Parse(shape).Cases)];
    }

    private sealed class RowProgress(IProgress<ConversionProgress> progress, KernelBenchOptions options) : IProgress<KernelBenchRow>
    {
        private int _rows;

        public void Report(KernelBenchRow value) => progress.Report(new ConversionProgress(
            $"{value.Family} {value.Case}, {value.Tokens} tokens", null, (double)++_rows / (options.Cases.Count * options.Backends.Count)));
    }
}
