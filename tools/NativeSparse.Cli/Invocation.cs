using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NativeSparse.Conversion;
using Spectre.Console;

namespace NativeSparse.Cli;

/// <summary>One call of a command: its options, its streams, its cancellation.</summary>
/// <param name="parse">The parsed command line.</param>
/// <param name="terminal">Where to write.</param>
/// <param name="json">Whether the answer is one JSON document.</param>
/// <param name="cancellation">Cancelled by Ctrl-C.</param>
internal sealed class Invocation(ParseResult parse, Terminal terminal, bool json, CancellationToken cancellation)
{
    /// <summary>Cancelled by Ctrl-C.</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Whether the answer is one JSON document.</summary>
    public bool Json { get; } = json;

    /// <summary>The value of an option, or its default.</summary>
    public T? Get<T>(Option<T> option) => parse.GetValue(option);

    /// <summary>The value of an argument.</summary>
    public T Get<T>(Argument<T> argument) => parse.GetRequiredValue(argument);

    /// <summary>Whether an option was written on the command line.</summary>
    public bool IsGiven(Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>Prints the answer: one JSON document, or tables.</summary>
    public void Answer<T>(T document, JsonTypeInfo<T> type, Action<IAnsiConsole, T> tables)
    {
        if (Json)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(document, type));
        }
        else
        {
            tables(terminal.CreateOutConsole(), document);
        }

        terminal.Out.Flush();
    }

    /// <summary>Says something that is not the answer, on standard error.</summary>
    public void Note(string message) => terminal.Error.WriteLine(message);

    /// <summary>Says what a conversion remarks, each on a line of its own on standard error.</summary>
    public void NoteAll(IEnumerable<string> remarks)
    {
        foreach (var remark in remarks)
        {
            Note($"note: {remark}");
        }
    }

    /// <summary>Does long work, with a progress bar when a person looks at standard error.</summary>
    public T WithProgress<T>(string title, Func<IProgress<ConversionProgress>, T> work)
    {
        if (!terminal.ErrorIsTerminal)
        {
            return work(new SilentProgress());
        }

        return terminal.CreateErrorConsole().Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: 1);
                return work(new BarProgress(title, task));
            });
    }
}
