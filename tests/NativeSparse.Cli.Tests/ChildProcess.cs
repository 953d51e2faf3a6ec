using System.Diagnostics;

namespace NativeSparse.Cli.Tests;

/// <summary>A finished process: its exit code and what it wrote.</summary>
internal sealed record ChildProcess(string Command, int ExitCode, string Out, string Error)
{
    /// <summary>Runs <c>dotnet</c> in a folder.</summary>
    /// <param name="folder">Working folder.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <param name="arguments">Arguments of <c>dotnet</c>.</param>
    public static Task<ChildProcess> DotNet(
        string folder, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation, params string[] arguments) =>
        Run("dotnet", folder, environment, cancellation, arguments);

    /// <summary>Runs a program in a folder.</summary>
    public static async Task<ChildProcess> Run(
        string program, string folder, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The runner of these tests leaves the paths of its own SDK here; a command typed in a shell has none of them.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"'{program}' did not start");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return new ChildProcess($"{program} {string.Join(' ', arguments)}", process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Everything, for the message of a failure.</summary>
    public override string ToString() => $"'{Command}' ended with {ExitCode}\n{Out}\n{Error}";
}
