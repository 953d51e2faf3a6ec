using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>The AMX kernels of one owner, assembled on first use. Thread-safe. Dispose when no kernel runs any more.</summary>
internal sealed unsafe class AmxKernels : IAmxKernels, IDisposable
{
    /// <summary>The shapes of int4 kernels come behind those of int8 kernels.</summary>
    private const int Int4Configurations = AmxConfiguration.BlockRows;

    private static readonly Lazy<string?> HostObstacle = new(Probe);

    private readonly ConcurrentDictionary<AmxForm, ExecutableMemory> _kernels = new();
    private readonly ConcurrentDictionary<AmxInt4Form, ExecutableMemory> _int4Kernels = new();
    private byte* _configurations;

    public AmxKernels()
    {
        const nuint count = Int4Configurations + AmxConfiguration.TileRows + 1;
        _configurations = (byte*)NativeMemory.AlignedAlloc(count * AmxConfiguration.ByteCount, AmxConfiguration.ByteCount);
        for (var rows = 1; rows <= AmxConfiguration.BlockRows; rows++)
        {
            AmxConfiguration.WriteInt8(new Span<byte>(Configuration(rows), AmxConfiguration.ByteCount), rows);
        }

        for (var rows = 1; rows <= AmxConfiguration.TileRows; rows++)
        {
            AmxConfiguration.WriteInt4(new Span<byte>(Configuration(Int4Configurations + rows), AmxConfiguration.ByteCount), rows);
        }
    }

    /// <summary>Why AMX cannot be used here, or null where it can. Finds out once, with a small product.</summary>
    public static string? Obstacle => HostObstacle.Value;

    public void Run(AmxArguments* arguments, AmxFinish finish)
    {
        arguments->Configuration = Configuration(arguments->BlockRows);
        var form = AmxForm.Of(arguments->BlockRows, arguments->PanelBytes / TileSpecification.PanelColumns, finish);
        var kernel = _kernels.GetOrAdd(form, static form => ExecutableMemory.Publish(AmxEmitter.Emit(form)));
        SignalStack.Enlarge();
        ((delegate* unmanaged<AmxArguments*, void>)kernel.Address)(arguments);
        GC.KeepAlive(kernel);
    }

    public void Run(AmxInt4Arguments* arguments, AmxInt4Form form)
    {
        arguments->Configuration = Configuration(Int4Configurations + form.Rows);
        var kernel = _int4Kernels.GetOrAdd(form, static form => ExecutableMemory.Publish(AmxInt4Emitter.Emit(form)));
        SignalStack.Enlarge();
        ((delegate* unmanaged<AmxInt4Arguments*, void>)kernel.Address)(arguments);
        GC.KeepAlive(kernel);
    }

    public void Dispose()
    {
        foreach (var kernel in _kernels.Values.Concat(_int4Kernels.Values))
        {
            kernel.Dispose();
        }

        _kernels.Clear();
        _int4Kernels.Clear();
        NativeMemory.AlignedFree(_configurations);
        _configurations = null;
    }

    private byte* Configuration(long rows) => _configurations + (rows * AmxConfiguration.ByteCount);

    private static string? Probe()
    {
        if ((CpuFeatures.Host.Missing(InstructionSet.AmxInt8) ?? CpuFeatures.Host.Missing(InstructionSet.Avx512Vnni)) is { } missing)
        {
            return missing;
        }

        using var scratch = new Scratch();
        using var scope = scratch.Enter();
        try
        {
            using var kernels = new AmxKernels();
            foreach (var (rows, blocks, panels, inputs) in new[] { (AmxConfiguration.BlockRows, 2, 2, 192), (5, 1, 3, 64) })
            {
                var trial = new AmxTrial(rows, blocks, panels, inputs, new AmxFinish(TileEpilogue.Scale, IsFetching: true), (bytes, _) => (nint)scratch.Rent((nuint)bytes));
                if (trial.Fault(kernels) is { } fault)
                {
                    return $"AMX kernels compute wrong results on this processor: {fault}";
                }
            }

            var int4 = new AmxInt4Trial(AmxConfiguration.TileRows, blocks: 2, pairs: 3, hasGroupScales: true, (bytes, _) => (nint)scratch.Rent((nuint)bytes));
            return int4.Fault(kernels) is { } int4Fault ? $"AMX kernels for int4 compute wrong results on this processor: {int4Fault}" : null;
        }
        catch (ExecutableMemoryException refusal)
        {
            return refusal.Message;
        }
    }
}
