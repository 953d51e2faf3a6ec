using System.Runtime.Intrinsics;
using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Vector minimum and maximum beside the scalar ones of IEEE 754-2019.</summary>
public sealed class ExtremesTests
{
    private static readonly float[] Values =
    [
        0f, -0f, 1, -1, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, -float.NaN, 3.5f,
    ];

    [Fact]
    public void Every_pair_is_as_the_scalar_functions_have_it()
    {
        foreach (var left in Values)
        {
            foreach (var right in Values)
            {
                Check(MathF.Min(left, right), Extremes<Vector128<float>>.Min(Vector128.Create(left), Vector128.Create(right))[3]);
                Check(MathF.Min(left, right), Extremes<Vector256<float>>.Min(Vector256.Create(left), Vector256.Create(right))[7]);
                Check(MathF.Min(left, right), Extremes<Vector512<float>>.Min(Vector512.Create(left), Vector512.Create(right))[15]);
                Check(MathF.Max(left, right), Extremes<Vector128<float>>.Max(Vector128.Create(left), Vector128.Create(right))[0]);
                Check(MathF.Max(left, right), Extremes<Vector256<float>>.Max(Vector256.Create(left), Vector256.Create(right))[4]);
                Check(MathF.Max(left, right), Extremes<Vector512<float>>.Max(Vector512.Create(left), Vector512.Create(right))[9]);
            }
        }
    }

    private static void Check(float expected, float actual)
    {
        if (float.IsNaN(expected))
        {
            Assert.True(float.IsNaN(actual));
        }
        else
        {
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(actual));
        }
    }
}
