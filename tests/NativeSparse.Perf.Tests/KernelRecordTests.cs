using NativeSparse.Choices;
using NativeSparse.Kernels;
using NativeSparse.Measurement;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Perf.Tests;

public sealed class KernelRecordTests
{
    private static readonly string Results = Path.Combine(SharedData.RepositoryRoot, "perf", "results");

    [Fact]
    public void A_record_reads_back_and_renders()
    {
        var options = new KernelBenchOptions
        {
            Cases =
            [
                new KernelCase(KernelFamily.Dense, 5, 24, 40), new KernelCase(KernelFamily.Experts, 7, 24, 64, 8, 2),
                new KernelCase(KernelFamily.Routing, 3, 0, 0, 8, 2), new KernelCase(KernelFamily.LowRank, 7, 24, 40, 8, 2),
                new KernelCase(KernelFamily.Sparse, 5, 24, 40) { Zeros = 0.8, BlockHeight = 4 },
                new KernelCase(KernelFamily.Semiring, 60, 24, 8),
                new KernelCase(KernelFamily.RowSparse, 5, 24, 40) { Zeros = 0.75 },
                new KernelCase(KernelFamily.BlockDiagonal, 5, 23, 41) { Blocks = 4 },
            ],
            Backends = ["cpu", "cpu:vector128"],
            Rounds = 3,
            Costs = new SparseCostsCache(null),
        };
        var result = KernelBench.Run(options, cancellation: TestContext.Current.CancellationToken);
        Assert.Contains(CacheFolder.Variable, Assert.Single(result.SparseCosts).Reason, StringComparison.Ordinal);
        Assert.Equal(result.Rows.Count, result.Rows.Select(row => (row.Family, row.Backend)).Distinct().Count());
        Assert.All(result.Rows, row =>
        {
            Assert.True(row.Milliseconds > 0 && row.P10Milliseconds <= row.Milliseconds);
            Assert.True(row.MaxError <= 1e-5, $"{row.Family} {row.Backend}: {row.MaxError}");
            Assert.Equal(0, row.AllocatedBytes);
            Assert.Equal(row.Family is "routing" or "lowrank" or "semiring", row.RatioToOnnxRuntime is null);
            Assert.Null(row.Note);
            Assert.Equal(row.Family is "experts" or "lowrank", row.RatioToOnnxRuntimeMoe is not null);
            Assert.Equal(row.Family is "routing" or "semiring", row.RatioToDense is null);
            Assert.Equal(row.Family == "semiring", row is { RatioToReference: > 0, RatioToPlainLoop: > 0 });
        });
        Assert.Contains(result.Rows, row => row.Picked);

        var folder = Directory.CreateTempSubdirectory();
        try
        {
            KernelRecord.Write(result, folder.FullName, threads: 1);
            var file = Path.Combine(folder.FullName, "kernels.json");
            Assert.Equal(result.Rows, KernelRecord.Read(file).Rows);
            Assert.Contains("\"peakGflops\"", File.ReadAllText(file), StringComparison.Ordinal);
            Assert.Contains("\"ratioToOnnxRuntime\"", File.ReadAllText(file), StringComparison.Ordinal);
            Assert.Equal(KernelRecord.Render(result), File.ReadAllText(Path.Combine(folder.FullName, "kernels.md")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void With_two_threads_both_kinds_of_sessions_stand_beside_ours()
    {
        var options = new KernelBenchOptions { Cases = [new KernelCase(KernelFamily.Dense, 5, 24, 40)], Threads = 2, Rounds = 3 };
        var result = KernelBench.Run(options, cancellation: TestContext.Current.CancellationToken);

        Assert.All(result.Rows, row => Assert.True(row is { RatioToOnnxRuntime: > 0, RatioToOnnxRuntimeSpinning: > 0 }));
        Assert.Contains("| x ONNX Runtime spinning |", KernelRecord.Render(result), StringComparison.Ordinal);
    }

    [Fact]
    public void Recorded_tables_are_rendered_from_the_recorded_numbers()
    {
        Assert.SkipUnless(Directory.Exists(Results), "skipped: nothing is recorded");
        foreach (var file in Directory.GetFiles(Results, "kernels*.json", SearchOption.AllDirectories))
        {
            Assert.Equal(KernelRecord.Render(KernelRecord.Read(file)), File.ReadAllText(Path.ChangeExtension(file, ".md")));
        }
    }

    [Fact]
    public void Costs_of_layouts_are_measured_once_or_when_asked()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var measured = 0;
            var options = new KernelBenchOptions
            {
                Cases = [new KernelCase(KernelFamily.Sparse, 5, 24, 40) { Zeros = 0.8, BlockHeight = 4 }, new KernelCase(KernelFamily.Sparse, 1, 24, 40) { Zeros = 0.8 }],
                Rounds = 1,
                Costs = new SparseCostsCache(folder.FullName) { Measurement = Measure },
            };

            Assert.False(Run(options));
            Assert.True(Run(options));
            Assert.False(Run(options with { MeasureCosts = true }));
            Assert.Equal(2, measured);

            SparseCosts Measure(Backend backend, Precision precision, CancellationToken cancellation)
            {
                measured++;
                return new SparseCosts(
                    backend.Name,
                    precision,
                    [.. SparseLayout.All(precision).Select(layout => new SparseCost(layout, 1, 0, 0, [.. SparseCost.Densities.Select(_ => 1.0)]))]);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static bool Run(KernelBenchOptions options) =>
            Assert.Single(KernelBench.Run(options, cancellation: TestContext.Current.CancellationToken).SparseCosts).WasKept;
    }

    [Fact]
    public void A_device_has_no_share_of_the_limits_of_a_processor()
    {
        var options = new KernelBenchOptions
        {
            Cases = [new KernelCase(KernelFamily.Dense, 2, 16, 16), new KernelCase(KernelFamily.BlockDiagonal, 2, 16, 16, Precision: Precision.Int8) { Blocks = 2 }],
            Backends = ["cpu", "ilgpu-cpu"],
            Rounds = 1,
        };
        var rows = KernelBench.Run(options, cancellation: TestContext.Current.CancellationToken).Rows;

        Assert.Equal(4, rows.Count);
        Assert.All(rows.Where(row => row.Backend == "ilgpu-cpu"), row => Assert.True(row is { ShareOfPeak: null, ShareOfBandwidth: null, MaxError: < 0.1 }));
        Assert.All(rows.Where(row => row.Picked), row => Assert.True(row.ShareOfBandwidth > 0));
    }

    [Fact]
    public void A_precision_that_a_device_lacks_is_refused_before_anything_is_timed()
    {
        var options = new KernelBenchOptions
        {
            Cases = [new KernelCase(KernelFamily.Dense, 2, 16, 16), new KernelCase(KernelFamily.Dense, 2, 32, 16, Precision: Precision.Int4)],
            Backends = ["ilgpu-cpu"],
        };

        var message = Assert.Throws<NotSupportedException>(() => KernelBench.Run(options, cancellation: TestContext.Current.CancellationToken)).Message;

        Assert.Equal("ilgpu-cpu has no int4, which dense 32x16 asks for; it has float32, int8, bfloat16", message);
    }

    [Fact]
    public void Unknown_arguments_are_refused() => Assert.Equal(2, RecordCommand.Run(["--nonsense", "1"]));
}
