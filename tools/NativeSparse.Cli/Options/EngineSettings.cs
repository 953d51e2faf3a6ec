using System.CommandLine;
using NativeSparse.Cli.Running;
using NativeSparse.Conversion;

namespace NativeSparse.Cli.Options;

/// <summary>The options <c>--backend</c> and <c>--threads</c>.</summary>
internal sealed class EngineSettings
{
    private const int MostThreads = 256;

    private readonly Option<string?> _backend = new("--backend")
    {
        Description = "Where our kernels run: auto, reference, cpu or cpu:INSTRUCTIONS, cuda:N, opencl:N or ilgpu-cpu, as 'devices' lists them. "
            + "Default: the environment variable NATIVESPARSE_BACKEND, else auto.",
        HelpName = "NAME",
    };

    private readonly Option<int?> _threads = new("--threads")
    {
        Description = "Threads of the session, shared by ONNX Runtime and our kernels. Default: one for each logical processor.",
        HelpName = "N",
    };

    /// <summary>Adds the options to a command.</summary>
    public EngineSettings(Command command)
    {
        LimitThreads(_threads);
        command.Options.Add(_backend);
        command.Options.Add(_threads);
    }

    /// <summary>Refuses numbers of threads that no machine here could run.</summary>
    public static void LimitThreads(Option option) => NumberRule.RequireCount(option, Math.Max(MostThreads, Environment.ProcessorCount));

    /// <summary>The backend asked for, or null.</summary>
    public string? Backend(Invocation invocation) => invocation.Get(_backend);

    /// <summary>The threads asked for, or null.</summary>
    public int? Threads(Invocation invocation) => invocation.Get(_threads);

    /// <summary>What the engine is loaded with, without plan and data.</summary>
    public SparseOptions Engine(Invocation invocation, IProgress<ConversionProgress>? progress = null) => new()
    {
        Backend = Backend(invocation),
        SessionOptions = SessionSettings.Create(Threads(invocation)),
        Progress = progress,
    };
}
