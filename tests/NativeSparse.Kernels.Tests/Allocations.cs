using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Counts what the calling thread allocates.</summary>
internal static class Allocations
{
    public static void AssertNone(Action run)
    {
        for (var i = 0; i < 50; i++)
        {
            run();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            run();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
