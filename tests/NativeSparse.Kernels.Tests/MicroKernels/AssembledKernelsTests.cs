using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed unsafe class AssembledKernelsTests
{
    private static readonly TileSpecification Tile = new(TileKind.Int8, 5, TileEpilogue.Scale) { HasZeroPoint = true };

    /// <summary>ret</summary>
    private static readonly KernelCode Nothing = new([0xC3], []);

    [Fact]
    public void A_kernel_is_built_once_and_goes_with_its_owner()
    {
        SkipElsewhere();
        var builds = 0;
        var kernels = new AssembledKernels(_ =>
        {
            Interlocked.Increment(ref builds);
            return new AssembledKernel(Nothing);
        });
        var found = new AssembledKernel[64];
        Parallel.For(0, found.Length, i => found[i] = kernels.Get(Tile with { Rows = 1 + (i % 2) }));
        Assert.Equal(2, builds);
        Assert.Equal(2, found.Distinct().Count());
        Assert.Equal(2, kernels.ByteCount);
        TileArguments arguments = default;
        found[0].Run(&arguments);

        kernels.Dispose();
        kernels.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kernels.Get(Tile));
        Assert.Throws<ObjectDisposedException>(() => RunEmpty(found[0]));
    }

    [Fact]
    public void What_cannot_run_here_says_why_every_time()
    {
        using var kernels = new AssembledKernels();
        if (CpuFeatures.Host.Missing(InstructionSet.Avx512Vnni) is { } missing)
        {
            for (var round = 0; round < 2; round++)
            {
                Assert.Equal(missing, Assert.Throws<AssembledKernelException>(() => kernels.Get(Tile)).Message);
            }

            Assert.Equal(missing, AssembledKernels.Obstacle);
        }
        else
        {
            Assert.Null(AssembledKernels.Obstacle);
            Assert.NotNull(kernels.Get(Tile));
        }

        Assert.Throws<NotSupportedException>(() => kernels.Get(Tile with { Rows = 13 }));
    }

    [Fact]
    public void A_trial_tells_right_from_wrong()
    {
        Assert.Null(AssembledKernels.Try(Tile, arguments => TileReference.Run(Tile, arguments)));
        Assert.Contains("plain arithmetic gives", AssembledKernels.Try(Tile, _ => { }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_of_a_kernel_does_not_hold_up_a_collection()
    {
        SkipElsewhere();

        // mov ecx, 1 << 30; dec ecx; jnz -4; ret: some tenths of a second.
        using var kernel = new AssembledKernel(new KernelCode([0xB9, 0, 0, 0, 0x40, 0xFF, 0xC9, 0x75, 0xFC, 0xC3], []));
        var isDone = false;
        var thread = new Thread(() =>
        {
            RunEmpty(kernel);
            Volatile.Write(ref isDone, true);
        });
        thread.Start();
        Thread.Sleep(20);
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        Assert.False(Volatile.Read(ref isDone), "the collection waited for the kernel");
        thread.Join();
    }

    private static void RunEmpty(AssembledKernel kernel)
    {
        TileArguments arguments = default;
        kernel.Run(&arguments);
    }

    private static void SkipElsewhere() =>
        Assert.SkipWhen(CpuFeatures.Host.Missing(InstructionSet.Avx2) is not null, $"skipped: {CpuFeatures.Host.Missing(InstructionSet.Avx2)}");
}
