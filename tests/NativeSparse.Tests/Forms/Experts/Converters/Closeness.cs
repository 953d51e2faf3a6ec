using Xunit;

namespace NativeSparse.Tests.Forms.Experts.Converters;

/// <summary>The rule of the reference vectors: |y - reference| &lt;= tolerance * max(1, |reference|).</summary>
internal static class Closeness
{
    public const double Golden = 1e-5;

    public static void Check(ReadOnlySpan<float> expected, ReadOnlySpan<double> actual, string what, double tolerance = Golden)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var allowed = tolerance * Math.Max(1, Math.Abs(expected[i]));
            if (!(Math.Abs(actual[i] - expected[i]) <= allowed))
            {
                Assert.Fail($"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R} within {allowed:R}");
            }
        }
    }
}
