using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>
/// One core reading as many bytes as a case's weights take, as four streams, which is faster than one: the bound of work that meets each weight once.
/// </summary>
internal sealed unsafe class WeightStream : IDisposable
{
    private const int Streams = 4;
    private const int Step = 16;

    private readonly NativeBuffer _block;
    private readonly nint _floats;

    public WeightStream(double bytes)
    {
        _floats = (nint)Math.Ceiling(bytes / sizeof(float) / (Streams * Step)) * Streams * Step;
        _block = new NativeBuffer(checked((int)_floats));
        Contender = new Contender("stream", () => Read(_block.Floats, _floats));
    }

    /// <summary>Reads all of it once.</summary>
    public Contender Contender { get; }

    /// <summary>Bytes of one run.</summary>
    public double Bytes => (double)_floats * sizeof(float);

    public void Dispose() => _block.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Read(float* source, nint floats)
    {
        var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var part = floats / Streams;
        for (nint i = 0; i < part; i += Step)
        {
            a += Vector256.Load(source + i) + Vector256.Load(source + i + 8);
            b += Vector256.Load(source + part + i) + Vector256.Load(source + part + i + 8);
            c += Vector256.Load(source + (2 * part) + i) + Vector256.Load(source + (2 * part) + i + 8);
            d += Vector256.Load(source + (3 * part) + i) + Vector256.Load(source + (3 * part) + i + 8);
        }

        return Vector256.Sum(a + b + c + d);
    }
}
