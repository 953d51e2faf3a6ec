using System.Text.Json;

namespace NativeSparse.Cli.Tests;

/// <summary>Runs one command line in this process and keeps what it wrote.</summary>
internal sealed record Capture(int ExitCode, string Out, string Error)
{
    /// <summary>Runs a command line as in a pipe.</summary>
    public static Task<Capture> Run(params string[] arguments) => Run(CancellationToken.None, arguments);

    /// <summary>Runs a command line as in a pipe, with cancellation.</summary>
    public static async Task<Capture> Run(CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(output, error, OutIsTerminal: false, ErrorIsTerminal: false);
        var code = await CommandLine.RunAsync(arguments, terminal, cancellation);
        return new Capture(code, output.ToString(), error.ToString());
    }

    /// <summary>Standard output as one JSON document; fails when there is anything else.</summary>
    public JsonElement Json() => JsonDocument.Parse(Out).RootElement;
}
