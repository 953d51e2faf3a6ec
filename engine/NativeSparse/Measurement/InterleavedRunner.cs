using System.Diagnostics;

namespace NativeSparse.Measurement;

/// <summary>
/// Times contenders turn by turn in one process: every round runs each of them, starting with another one each time, so that a disturbance
/// of the machine meets all of them, and ratios are taken within a round.
/// </summary>
public static class InterleavedRunner
{
    private const double WarmUpMilliseconds = 60;
    private const int WarmUpRuns = 3;

    /// <summary>Times the contenders.</summary>
    /// <param name="contenders">What to time.</param>
    /// <param name="rounds">How often each is timed; odd numbers have a true median.</param>
    /// <param name="sliceMilliseconds">Short work is repeated until one timing lasts about this long.</param>
    /// <param name="cancellation">Checked between timings.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rounds"/> is below 1.</exception>
    public static IReadOnlyList<TimingSamples> Run(
        IReadOnlyList<Contender> contenders, int rounds, double sliceMilliseconds = 0.5, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(contenders);
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var repeats = contenders.Select(contender => Calibrate(contender, sliceMilliseconds, cancellation)).ToArray();
        var times = contenders.Select(_ => new double[rounds]).ToArray();
        var hasPauses = contenders.Any(contender => contender.KeepsSpinning);
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < contenders.Count; turn++)
            {
                cancellation.ThrowIfCancellationRequested();
                var index = (turn + round) % contenders.Count;
                times[index][round] = TakeTurn(contenders[index], repeats[index], hasPauses, cancellation);
            }
        }

        return contenders.Select((contender, i) => new TimingSamples(contender.Name, times[i])).ToArray();
    }

    /// <summary>Runs until compiled and warm, and says how many runs fill a slice.</summary>
    private static int Calibrate(Contender contender, double sliceMilliseconds, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var fastest = double.MaxValue;
        for (var i = 0; i < WarmUpRuns || Stopwatch.GetElapsedTime(start).TotalMilliseconds < WarmUpMilliseconds; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            fastest = Math.Min(fastest, Time(contender.Run, 1));
        }

        if (contender.KeepsSpinning)
        {
            QuietProcess.Wait(cancellation);
        }

        return (int)Math.Clamp(sliceMilliseconds / Math.Max(fastest, 1e-6), 1, 100_000);
    }

    /// <summary>One timing. Where turns are apart by pauses, a first run that does not count wakes the processors for everybody alike.</summary>
    private static double TakeTurn(Contender contender, int repeats, bool hasPauses, CancellationToken cancellation)
    {
        if (hasPauses)
        {
            contender.Run();
        }

        var milliseconds = Time(contender.Run, repeats);
        if (contender.KeepsSpinning)
        {
            QuietProcess.Wait(cancellation);
        }

        return milliseconds;
    }

    private static double Time(Action run, int repeats)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < repeats; i++)
        {
            run();
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / repeats;
    }
}
