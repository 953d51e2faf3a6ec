using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What a backend's results and runs are held to: equal bits and no allocation on a processor, the stated limits on a device.</summary>
internal static class Limits
{
    /// <summary>What ILGPU allocates for the launches and copies of one series of runs.</summary>
    private const long SeriesBytes = 64 << 10;

    public static void AssertBits(Backend backend, Precision precision, float[] expected, float[] actual)
    {
        var limit = backend.RoundingLimit(precision);
        if (limit == 0)
        {
            Assert.Equal(expected, actual);
            return;
        }

        Assert.Equal(expected.Length, actual.Length);
        var largest = expected.Where(float.IsFinite).Select(MathF.Abs).DefaultIfEmpty().Max();
        for (var i = 0; i < expected.Length; i++)
        {
            if (float.IsFinite(expected[i]))
            {
                Assert.True(Math.Abs((double)expected[i] - actual[i]) <= limit * largest, $"[{i}]: expected {expected[i]}, got {actual[i]}");
            }
            else
            {
                Assert.Equal(expected[i], actual[i]);
            }
        }
    }

    public static void AssertAllocations(Backend backend, Action run) =>
        Assert.InRange(Allocations.Count(run), 0, backend.IsDevice ? SeriesBytes : 0);
}
