using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>Finds the entries of a row that are not zero.</summary>
internal static unsafe class ActiveScan
{
    private const int Lanes = 4;

    /// <summary>For each set of lanes, the bytes that move its lanes to the front.</summary>
    private static ReadOnlySpan<byte> Fronts =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        4, 5, 6, 7, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        8, 9, 10, 11, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        0, 1, 2, 3, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15,
        4, 5, 6, 7, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        12, 13, 14, 15, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15,
        4, 5, 6, 7, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15,
        0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 12, 13, 14, 15,
        8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15,
        0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15,
        4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    ];

    /// <summary>
    /// Writes index and value of each of them, ascending; returns how many there are. What lies behind them in the first
    /// <paramref name="length"/> entries of both is overwritten.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Run(float* x, int length, int* indices, float* values)
    {
        var (i, count) = (0, 0);
        var lanes = Vector128.Create(0, 1, 2, 3);
        fixed (byte* fronts = Fronts)
        {
            // Without a branch on what is found: a random pattern would be mispredicted at every second step.
            for (; i <= length - Lanes; i += Lanes)
            {
                var value = Vector128.Load(x + i);
                var found = ~Vector128.Equals(value, Vector128<float>.Zero).ExtractMostSignificantBits() & ((1 << Lanes) - 1);
                var front = Vector128.Load(fronts + (found * 16));
                Vector128.ShuffleNative(value.AsByte(), front).AsSingle().Store(values + count);
                Vector128.ShuffleNative(lanes.AsByte(), front).AsInt32().Store(indices + count);
                lanes += Vector128.Create(Lanes);
                count += BitOperations.PopCount(found);
            }
        }

        for (; i < length; i++)
        {
            if (x[i] != 0)
            {
                indices[count] = i;
                values[count++] = x[i];
            }
        }

        return count;
    }
}
