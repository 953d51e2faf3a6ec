namespace NativeSparse.Cli;

/// <summary>What the process returns; part of the public contract of the command line.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The command ran and the answer is "no".</summary>
    public const int No = 1;

    /// <summary>The command line is wrong.</summary>
    public const int BadCommandLine = 2;

    /// <summary>A file, its data or a plan is wrong.</summary>
    public const int BadInput = 3;

    /// <summary>The backend asked for cannot run here.</summary>
    public const int BackendUnavailable = 4;

    /// <summary>Cancelled from outside.</summary>
    public const int Cancelled = 130;
}
