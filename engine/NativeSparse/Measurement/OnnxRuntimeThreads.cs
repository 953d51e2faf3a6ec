namespace NativeSparse.Measurement;

/// <summary>The threads of a session.</summary>
/// <param name="Count">How many.</param>
/// <param name="KeepSpinning">
/// Whether they spin after a run, as a session does by itself; otherwise <c>session.force_spinning_stop</c> sends them to sleep.
/// </param>
internal readonly record struct OnnxRuntimeThreads(int Count, bool KeepSpinning = false);
