using System.Diagnostics;

namespace NativeSparse.Measurement;

/// <summary>Waits for threads that spin without work to go to sleep.</summary>
internal static class QuietProcess
{
    /// <summary>Longer than the clock tick by which some kernels count the time of threads that run on.</summary>
    private const int SleepMilliseconds = 30;

    /// <summary>Less than a spinning thread takes even where it shares its core.</summary>
    private const double BusyCores = 0.1;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>Returns when this process takes next to no processor time, or after two seconds.</summary>
    public static void Wait(CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (MeasureBusyCores() > BusyCores && Stopwatch.GetElapsedTime(start) < LongestWait)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static double MeasureBusyCores()
    {
        var (before, start) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        Thread.Sleep(SleepMilliseconds);
        return (Environment.CpuUsage.TotalTime - before) / Stopwatch.GetElapsedTime(start);
    }
}
