using Microsoft.ML.OnnxRuntime;

namespace NativeSparse.Cli.Running;

/// <summary>Session options that all runners of one command share, so that they can be compared.</summary>
internal static class SessionSettings
{
    // Threads that spin after a run steal the cores of the runner that is timed next.
    private const string StopSpinning = "session.force_spinning_stop";

    /// <summary>Threads of a session: as asked, else one for each logical processor.</summary>
    public static int ThreadCount(int? threads) => threads ?? Environment.ProcessorCount;

    /// <summary>Options for one session; the caller disposes them.</summary>
    public static SessionOptions Create(int? threads)
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = ThreadCount(threads),

            // What ONNX Runtime logs as an error it also throws, and the command says it once.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        options.AddSessionConfigEntry(StopSpinning, "1");
        return options;
    }
}
