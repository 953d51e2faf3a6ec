namespace NativeSparse.Testing;

/// <summary>Counts what the calling thread allocates.</summary>
public static class Allocations
{
    /// <summary>Bytes that twenty runs allocate after warm-up.</summary>
    /// <remarks>
    /// The least of several series: what a run allocates is in each of them. A collection that another thread asks for in between makes the
    /// runtime add what was left of this thread's allocation buffer, up to 8 KiB, though nothing was allocated.
    /// </remarks>
    public static long Count(Action run)
    {
        const int MostSeries = 8;
        for (var i = 0; i < 50; i++)
        {
            run();
        }

        var least = long.MaxValue;
        for (var series = 0; series < MostSeries && least > 0; series++)
        {
            least = Math.Min(least, CountSeries(run));
        }

        return least;
    }

    private static long CountSeries(Action run)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            run();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
