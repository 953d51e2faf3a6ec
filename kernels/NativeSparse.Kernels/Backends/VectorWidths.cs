using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>Which vector widths this processor has, and which of them pays.</summary>
internal static class VectorWidths
{
    private static readonly Lazy<(string Name, string Reason)> Choice = new(Choose);

    public static bool HasMultiplyAdd => Fma.IsSupported || AdvSimd.IsSupported;

    public static bool Has256 => Vector256.IsHardwareAccelerated && Fma.IsSupported;

    public static bool Has512 => Avx512F.IsSupported;

    /// <summary>The width that <c>cpu</c> stands for, and why.</summary>
    public static (string Name, string Reason) Best => Choice.Value;

    private static (string Name, string Reason) Choose()
    {
        if (!Has512)
        {
            return Has256 ? (Width256.Name, "the widest this processor has") : (Width128.Name, "every processor has them");
        }

        // Some processors run 512-bit registers at half the rate or at a lower clock: measure.
        using var wide = CpuBackend.CreateVector512();
        using var narrow = CpuBackend.CreateVector256();
        var (wideTime, narrowTime) = (long.MaxValue, long.MaxValue);
        for (var round = 0; round < 5; round++)
        {
            wideTime = Math.Min(wideTime, Time(wide.Dense));
            narrowTime = Math.Min(narrowTime, Time(narrow.Dense));
        }

        return wideTime <= narrowTime
            ? (Width512.Name, "measured faster than 256 bits here")
            : (Width256.Name, "measured faster than 512 bits here");
    }

    private static long Time(IDenseMatMul dense)
    {
        const int size = 192;
        using var weights = dense.Pack(new float[size * size], size, size, Precision.Float32);
        using var scratch = new Scratch();
        var x = scratch.Rent(size, size);
        var y = scratch.Rent(size, size);
        var execution = new Execution(SerialSplitter.Instance, scratch);
        dense.Run(execution, x, weights, default, y);
        var start = Stopwatch.GetTimestamp();
        dense.Run(execution, x, weights, default, y);
        return Stopwatch.GetTimestamp() - start;
    }
}
