using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>
/// The kernels of one owner: assembled on first use, checked against plain arithmetic on this processor before anything else sees them,
/// kept by specification. Thread-safe; a kernel is built once. Dispose when no kernel runs any more.
/// </summary>
/// <param name="build">Makes a kernel.</param>
internal sealed unsafe class AssembledKernels(Func<TileSpecification, AssembledKernel> build) : IDisposable
{
    /// <summary>Steps of a trial: the unrolled loop twice, then what is left of a row.</summary>
    private const int TrialSteps = 11;

    private static readonly TileSpecification[] Probes =
    [
        new(TileKind.Int8, TileSpecification.MaxRows, TileEpilogue.Gelu) { HasZeroPoint = true },
        new(TileKind.Int8, 1, TileEpilogue.Scale) { HasZeroPoint = true, IsMasked = true },
        new(TileKind.Int4, 3, TileEpilogue.Scale),
        new(TileKind.ExpertDown, TileSpecification.MaxRows, TileEpilogue.Accumulate) { Depth = TileSpecification.PanelColumns },
    ];

    private static readonly Lazy<string?> HostObstacle = new(Probe);

    private readonly ConcurrentDictionary<TileSpecification, AssembledKernel> _kernels = new();
    private readonly Lock _gate = new();
    private bool _isDisposed;

    /// <summary>Kernels for this processor.</summary>
    public AssembledKernels()
        : this(Build)
    {
    }

    /// <summary>Runs a kernel.</summary>
    public delegate void Runner(TileArguments* arguments);

    /// <summary>Why assembled kernels cannot be used here, or null where they can. Finds out once.</summary>
    public static string? Obstacle => HostObstacle.Value;

    /// <summary>Bytes of code so far.</summary>
    public long ByteCount => _kernels.Values.Sum(kernel => (long)kernel.ByteCount);

    /// <summary>The kernel of a specification.</summary>
    /// <exception cref="NotSupportedException">No kernel of this form exists.</exception>
    /// <exception cref="AssembledKernelException">This processor lacks the instructions, or computed a wrong result.</exception>
    /// <exception cref="ExecutableMemoryException">The system refuses.</exception>
    public AssembledKernel Get(in TileSpecification tile)
    {
        if (_kernels.TryGetValue(tile, out var known))
        {
            return known;
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_kernels.TryGetValue(tile, out known))
            {
                _kernels[tile] = known = build(tile);
            }

            return known;
        }
    }

    /// <summary>What is wrong with a kernel's result on a small problem, or null.</summary>
    public static string? Try(in TileSpecification tile, Runner run)
    {
        List<nint> memory = [];
        try
        {
            var trial = new TileTrial(tile, tile.Kind == TileKind.Int8 ? TrialSteps : 2, tile.Rows, (bytes, _) =>
            {
                memory.Add((nint)NativeMemory.AllocZeroed((nuint)bytes));
                return memory[^1];
            });
            run(trial.Arguments);
            return trial.Fault();
        }
        finally
        {
            memory.ForEach(block => NativeMemory.Free((void*)block));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            foreach (var kernel in _kernels.Values)
            {
                kernel.Dispose();
            }

            _kernels.Clear();
        }
    }

    private static AssembledKernel Build(TileSpecification tile)
    {
        tile.Validate();
        if (CpuFeatures.Host.Missing(InstructionSet.Avx512Vnni) is { } missing)
        {
            throw new AssembledKernelException(missing);
        }

        var kernel = new AssembledKernel(TileEmitter.Emit(tile, Abi.Host));
        if (Try(tile, kernel.Run) is { } fault)
        {
            kernel.Dispose();
            throw new AssembledKernelException($"a kernel computed a wrong result on this processor: {fault}");
        }

        return kernel;
    }

    private static string? Probe()
    {
        try
        {
            using var kernels = new AssembledKernels();
            foreach (var tile in Probes)
            {
                _ = kernels.Get(tile);
            }

            return null;
        }
        catch (Exception obstacle) when (obstacle is AssembledKernelException or ExecutableMemoryException)
        {
            return obstacle.Message;
        }
    }
}
