using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using NativeSparse.Cli.Bench;
using NativeSparse.Cli.Convert;
using NativeSparse.Cli.Demo;
using NativeSparse.Cli.Devices;
using NativeSparse.Cli.Documents;
using NativeSparse.Cli.Inspect;
using NativeSparse.Cli.Run;
using NativeSparse.Cli.SelfTests;

namespace NativeSparse.Cli;

/// <summary>The command line <c>nativesparse</c>.</summary>
internal static class CommandLine
{
    private static readonly ParserConfiguration Parser = new()
    {
        // A file name may begin with an at sign; it is not a list of further arguments.
        ResponseFileTokenReplacer = null,
        EnablePosixBundling = false,
    };

    /// <summary>The root command with every command below it.</summary>
    public static Command Create(Terminal terminal)
    {
        // Not a RootCommand: that is named after the executable, which for a dotnet tool is the host.
        var root = new Command(
            "nativesparse",
            """
            Inspects, converts, runs and benchmarks ONNX models whose feed-forward networks run in cheaper forms.
            Answers go to standard output, everything else to standard error. Times are milliseconds (medians), sizes bytes, shares 0..1.
            Exit codes: 0 done; 1 the answer is no; 2 bad command line; 3 bad input; 4 backend not available; 130 cancelled.
            """);
        root.Options.Add(new HelpOption { Recursive = true });
        root.Options.Add(new VersionOption());
        root.Subcommands.Add(new DemoCommand(terminal));
        root.Subcommands.Add(new DevicesCommand(terminal));
        root.Subcommands.Add(new SelfTestCommand(terminal));
        root.Subcommands.Add(new InspectCommand(terminal));
        root.Subcommands.Add(new ConvertCommand(terminal));
        root.Subcommands.Add(new RunCommand(terminal));
        root.Subcommands.Add(new BenchCommand(terminal));
        return root;
    }

    /// <summary>Parses and runs one command line and returns the exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellation)
    {
        var parse = Create(terminal).Parse(arguments, Parser);
        var configuration = new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        if (parse.Errors.Count > 0 && parse.Action is not { ClearsParseErrors: true })
        {
            return Refuse(parse, arguments, terminal);
        }

        return await parse.InvokeAsync(configuration, cancellation).ConfigureAwait(false);
    }

    private static int Refuse(ParseResult parse, IReadOnlyList<string> arguments, Terminal terminal)
    {
        var messages = LaterOptions.Explain(arguments) is { Count: > 0 } later ? later : [.. parse.Errors.Select(error => ParserMessages.Plain(error.Message))];
        var message = $"{string.Join(" ", messages)} See '{CommandPath(parse)} --help'.";
        var failure = new Failure(ExitCode.BadCommandLine, new ErrorDetails(nameof(UsageException), message, null, null));
        failure.Write(terminal, arguments.Contains(ToolCommand.JsonOptionName));
        return failure.ExitCode;
    }

    private static string CommandPath(ParseResult parse)
    {
        var names = new List<string>();
        for (SymbolResult? result = parse.CommandResult; result is not null; result = result.Parent)
        {
            if (result is CommandResult command)
            {
                names.Add(command.Command.Name);
            }
        }

        names.Reverse();
        return string.Join(' ', names);
    }
}
