using System.CommandLine;

namespace NativeSparse.Cli;

/// <summary>A command whose errors become exit codes, and in JSON mode an error document.</summary>
internal abstract class ToolCommand : Command
{
    /// <summary>Creates the command.</summary>
    protected ToolCommand(string name, string description, Terminal terminal)
        : base(name, description)
    {
        Options.Add(Json);
        SetAction((parse, cancellation) => Task.FromResult(Invoke(new Invocation(parse, terminal, parse.GetValue(Json), cancellation), terminal)));
    }

    private Option<bool> Json { get; } = new(JsonOptionName)
    {
        Description = "Print exactly one JSON document on standard output and nothing else.",
    };

    /// <summary>The option that asks for JSON.</summary>
    public const string JsonOptionName = "--json";

    /// <summary>Does the work and returns an exit code.</summary>
    protected abstract int Execute(Invocation invocation);

    private int Invoke(Invocation invocation, Terminal terminal)
    {
        try
        {
            return Execute(invocation);
        }
        catch (Exception exception) when (Failure.From(exception) is { } failure)
        {
            failure.Write(terminal, invocation.Json);
            return failure.ExitCode;
        }
    }
}
