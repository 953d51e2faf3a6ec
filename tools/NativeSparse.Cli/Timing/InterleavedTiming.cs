using System.Diagnostics;

namespace NativeSparse.Cli.Timing;

/// <summary>Times several runners in turns in one process, so that what disturbs the machine disturbs all of them.</summary>
internal static class InterleavedTiming
{
    private const int WarmUpCalls = 3;
    private const double SampleMilliseconds = 3;
    private const int MostCalls = 64;

    /// <summary>Milliseconds of one call: one sample for each runner and round.</summary>
    /// <remarks>
    /// A sample is one call that is not timed (the caches hold another runner's data), then as many as take a few milliseconds. The order
    /// of the runners rotates from round to round.
    /// </remarks>
    public static double[][] Measure(IReadOnlyList<Action> runners, int rounds, CancellationToken cancellation)
    {
        var calls = new int[runners.Count];
        for (var i = 0; i < runners.Count; i++)
        {
            Time(runners[i], WarmUpCalls);
            cancellation.ThrowIfCancellationRequested();
            calls[i] = Math.Clamp((int)Math.Ceiling(SampleMilliseconds / Math.Max(1e-3, Time(runners[i], 1))), 1, MostCalls);
        }

        double[][] samples = [.. runners.Select(_ => new double[rounds])];
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < runners.Count; turn++)
            {
                cancellation.ThrowIfCancellationRequested();
                var i = (round + turn) % runners.Count;
                runners[i]();
                samples[i][round] = Time(runners[i], calls[i]);
            }
        }

        return samples;
    }

    private static double Time(Action runner, int calls)
    {
        var start = Stopwatch.GetTimestamp();
        for (var call = 0; call < calls; call++)
        {
            runner();
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls;
    }
}
