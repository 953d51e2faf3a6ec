using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>What this machine can do at most, measured: the yardstick of every kernel figure.</summary>
/// <param name="PeakGflops">Float32 fused multiply-adds of one core in registers, 10^9 operations a second (two for each).</param>
/// <param name="ReadGBs">Bytes one core reads from a block larger than the caches, 10^9 a second.</param>
public sealed record MachineLimits(double PeakGflops, double ReadGBs)
{
    private const int PeakSteps = 20_000;
    private const int Sums = 12;
    private const double ReadBytes = 128 << 20;

    /// <summary>Measures both on the calling thread; takes about half a second.</summary>
    public static MachineLimits Measure()
    {
        var read = MeasureRead();
        return new MachineLimits(Math.Max(MeasurePeak(), MeasurePeak()), read);
    }

    /// <summary>A loop of fused multiply-adds at the widest registers, to be interleaved with kernels.</summary>
    /// <returns>The contender and its operations per run.</returns>
    internal static (Contender Contender, double Operations) PeakContender()
    {
        if (VectorWidths.Has512)
        {
            return Peak<Width512, Vector512<float>>();
        }

        return VectorWidths.Has256 ? Peak<Width256, Vector256<float>>() : Peak<Width128, Vector128<float>>();
    }

    private static (Contender Contender, double Operations) Peak<TWidth, TVector>()
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct =>
        (new Contender("peak", static () => MultiplyAdd<TWidth, TVector>(PeakSteps)), 2.0 * Sums * TWidth.Lanes * PeakSteps);

    private static double MeasurePeak()
    {
        var (contender, operations) = PeakContender();
        var samples = InterleavedRunner.Run([contender], rounds: 41);
        return operations / samples[0].P10 / 1e6;
    }

    private static double MeasureRead()
    {
        using var stream = new WeightStream(ReadBytes);
        var best = double.MaxValue;
        for (var round = 0; round < 7; round++)
        {
            var start = Stopwatch.GetTimestamp();
            stream.Contender.Run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return stream.Bytes / best / 1e9;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TVector MultiplyAdd<TWidth, TVector>(int steps)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
    {
        var (x, y) = (TWidth.Broadcast(0.9999f), TWidth.Broadcast(1e-4f));
        TVector a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (var step = 0; step < steps; step++)
        {
            a = TWidth.FusedMultiplyAdd(a, x, y);
            b = TWidth.FusedMultiplyAdd(b, x, y);
            c = TWidth.FusedMultiplyAdd(c, x, y);
            d = TWidth.FusedMultiplyAdd(d, x, y);
            e = TWidth.FusedMultiplyAdd(e, x, y);
            f = TWidth.FusedMultiplyAdd(f, x, y);
            g = TWidth.FusedMultiplyAdd(g, x, y);
            h = TWidth.FusedMultiplyAdd(h, x, y);
            i = TWidth.FusedMultiplyAdd(i, x, y);
            j = TWidth.FusedMultiplyAdd(j, x, y);
            k = TWidth.FusedMultiplyAdd(k, x, y);
            l = TWidth.FusedMultiplyAdd(l, x, y);
        }

        var low = TWidth.Add(TWidth.Add(TWidth.Add(a, b), TWidth.Add(c, d)), TWidth.Add(e, f));
        return TWidth.Add(low, TWidth.Add(TWidth.Add(TWidth.Add(g, h), TWidth.Add(i, j)), TWidth.Add(k, l)));
    }
}
