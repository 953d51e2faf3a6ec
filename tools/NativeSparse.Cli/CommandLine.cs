using System.CommandLine;
using System.CommandLine.Help;
using NativeSparse.Cli.Devices;
using NativeSparse.Cli.Documents;
using NativeSparse.Cli.Inspect;

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
    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand(
            """
            Inspects, converts, runs and benchmarks ONNX models whose feed-forward networks run in cheaper forms.
            Answers go to standard output, everything else to standard error. Times are milliseconds (medians), sizes bytes, shares 0..1.
            Exit codes: 0 done; 1 the answer is no; 2 bad command line; 3 bad input; 4 backend not available; 130 cancelled.
            """);
        root.Subcommands.Add(new DevicesCommand(terminal));
        root.Subcommands.Add(new InspectCommand(terminal));
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
        if (parse.Errors.Count > 0 && parse.Action is not (HelpAction or null) && parse.Action.ClearsParseErrors is false)
        {
            return Refuse(parse, arguments, terminal);
        }

        return await parse.InvokeAsync(configuration, cancellation).ConfigureAwait(false);
    }

    private static int Refuse(ParseResult parse, IReadOnlyList<string> arguments, Terminal terminal)
    {
        var messages = LaterOptions.Explain(parse) is { Count: > 0 } later ? later : [.. parse.Errors.Select(error => error.Message)];
        var command = parse.CommandResult.Command;
        var path = command is RootCommand ? "nativesparse" : $"nativesparse {CommandPath(parse)}";
        var message = $"{string.Join(" ", messages)} See '{path} --help'.";
        var failure = new Failure(ExitCode.BadCommandLine, new ErrorDetails(nameof(UsageException), message, null, null));
        failure.Write(terminal, arguments.Contains(ToolCommand.JsonOptionName));
        return failure.ExitCode;
    }

    private static string CommandPath(ParseResult parse)
    {
        var names = new List<string>();
        for (System.CommandLine.Parsing.SymbolResult? result = parse.CommandResult; result is not null; result = result.Parent)
        {
            if (result is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } command)
            {
                names.Add(command.Command.Name);
            }
        }

        names.Reverse();
        return string.Join(' ', names);
    }
}
