using Spectre.Console;

namespace NativeSparse.Cli;

/// <summary>Where a command writes: answers to <paramref name="Out"/>, everything else to <paramref name="Error"/>.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="OutIsTerminal">Whether a person looks at standard output: colours are allowed.</param>
/// <param name="ErrorIsTerminal">Whether a person looks at standard error: progress bars are allowed.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool OutIsTerminal, bool ErrorIsTerminal)
{
    /// <summary>Width of tables that nobody looks at directly: wide enough that nothing wraps.</summary>
    private const int PipeWidth = 400;

    /// <summary>The streams of this process.</summary>
    public static Terminal Process() => new(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected);

    /// <summary>Tables on standard output.</summary>
    public IAnsiConsole CreateOutConsole() => CreateConsole(Out, OutIsTerminal);

    /// <summary>Progress on standard error.</summary>
    public IAnsiConsole CreateErrorConsole() => CreateConsole(Error, ErrorIsTerminal);

    private static IAnsiConsole CreateConsole(TextWriter writer, bool terminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = terminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!terminal)
        {
            console.Profile.Width = PipeWidth;
        }

        return console;
    }
}
