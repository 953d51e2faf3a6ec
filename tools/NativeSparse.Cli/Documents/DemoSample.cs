namespace NativeSparse.Cli.Documents;

/// <summary>Text that a runner of the demo wrote after a prompt.</summary>
internal sealed record DemoSample(string Name, string Prompt, string Text);
