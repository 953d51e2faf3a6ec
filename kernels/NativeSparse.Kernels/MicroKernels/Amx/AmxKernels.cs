using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>The AMX kernels of one owner, assembled on first use. Thread-safe. Dispose when no kernel runs any more.</summary>
internal sealed unsafe class AmxKernels : IAmxKernels, IDisposable
{
    private const int TrialRows = 37;
    private const int TrialInputs = 192;
    private const int Columns = 32;

    private static readonly Lazy<string?> HostObstacle = new(Probe);

    private readonly ConcurrentDictionary<(bool IsTall, int AheadLines), ExecutableMemory> _kernels = new();
    private byte* _configurations;

    public AmxKernels()
    {
        const nuint count = AmxConfiguration.BlockRows + 1;
        _configurations = (byte*)NativeMemory.AlignedAlloc(count * AmxConfiguration.ByteCount, AmxConfiguration.ByteCount);
        for (var rows = 1; rows <= AmxConfiguration.BlockRows; rows++)
        {
            AmxConfiguration.Write(new Span<byte>(Configuration(rows), AmxConfiguration.ByteCount), rows);
        }
    }

    /// <summary>Why AMX cannot be used here, or null where it can. Finds out once, with a small product.</summary>
    public static string? Obstacle => HostObstacle.Value;

    public void Run(AmxArguments* arguments, int rows)
    {
        arguments->Configuration = Configuration(rows);
        var lines = arguments->Ahead is null ? 0 : (int)((AmxEmitter.LinesOfStep + arguments->Blocks - 1) / arguments->Blocks);
        var kernel = _kernels.GetOrAdd(
            (rows > AmxConfiguration.TileRows, lines), static key => ExecutableMemory.Publish(AmxEmitter.Emit(key.IsTall, key.AheadLines)));
        ((delegate* unmanaged<AmxArguments*, void>)kernel.Address)(arguments);
        GC.KeepAlive(kernel);
    }

    public void Dispose()
    {
        foreach (var kernel in _kernels.Values)
        {
            kernel.Dispose();
        }

        _kernels.Clear();
        NativeMemory.AlignedFree(_configurations);
        _configurations = null;
    }

    private byte* Configuration(int rows) => _configurations + (rows * AmxConfiguration.ByteCount);

    private static string? Probe()
    {
        if (CpuFeatures.Host.Missing(InstructionSet.AmxInt8) is { } missing)
        {
            return missing;
        }

        try
        {
            using var kernels = new AmxKernels();
            return kernels.Try() ? null : "AMX kernels computed a wrong result on this processor";
        }
        catch (ExecutableMemoryException refusal)
        {
            return refusal.Message;
        }
    }

    /// <summary>One block of 32 rows, then the rest, beside plain arithmetic.</summary>
    private bool Try()
    {
        var random = new Random(1);
        var (rows, weights) = (new byte[TrialRows * TrialInputs], new sbyte[TrialInputs * Columns]);
        random.NextBytes(rows);
        random.NextBytes(MemoryMarshal.AsBytes(weights.AsSpan()));
        var (got, expected) = (new int[TrialRows * Columns], new int[TrialRows * Columns]);
        fixed (byte* inputs = rows)
        fixed (sbyte* panel = weights)
        fixed (int* sums = got, plain = expected)
        {
            var first = 0;
            foreach (var count in new[] { AmxConfiguration.BlockRows, TrialRows - AmxConfiguration.BlockRows })
            {
                var arguments = new AmxArguments
                {
                    Rows = inputs + (first * TrialInputs),
                    RowStride = TrialInputs,
                    Weights = panel,
                    WeightsEnd = panel + weights.Length,
                    Sums = plain + (first * Columns),
                    Blocks = 1,
                };
                AmxReference.Run(&arguments, count);
                arguments.Sums = sums + (first * Columns);
                arguments.Ahead = first == 0 ? panel : null;
                Run(&arguments, count);
                first += count;
            }
        }

        return got.AsSpan().SequenceEqual(expected);
    }
}
