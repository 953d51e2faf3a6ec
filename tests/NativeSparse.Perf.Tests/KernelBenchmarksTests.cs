using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using NativeSparse.Kernels;
using NativeSparse.Measurement;
using Xunit;

namespace NativeSparse.Perf.Tests;

/// <summary>The classes of BenchmarkDotNet: their parameters, and their columns after a run of one iteration.</summary>
public sealed class KernelBenchmarksTests
{
    public static TheoryData<Type> Families =>
        [
            typeof(DenseMatMulBench), typeof(FeedForwardBench), typeof(ExpertDispatchBench), typeof(LowRankExpertsBench), typeof(SparseMatMulBench),
            typeof(SemiringBench), typeof(RowSparseMatMulBench), typeof(BlockDiagonalBench), typeof(TopKRoutingBench),
        ];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_combination_of_parameters_is_a_case(Type family)
    {
        var bench = (KernelFamilyBench)Activator.CreateInstance(family)!;
        foreach (var shape in bench.Shapes)
        {
            foreach (var tokens in bench.TokenCounts)
            {
                foreach (var precision in bench.Precisions)
                {
                    (bench.Shape, bench.Tokens, bench.Precision) = (shape, tokens, precision);
                    Assert.Equal((tokens, precision, bench.Family), (bench.Case.Tokens, bench.Case.Precision, bench.Case.Family));
                }
            }
        }
    }

    [Fact]
    public void Convolutions_are_products_of_all_pixels_of_their_images()
    {
        using var bench = new PointwiseConvolutionBench { Tokens = 3, Precision = Precision.Int8 };
        var cases = bench.Shapes.Select(shape =>
        {
            bench.Shape = shape;
            return bench.Case;
        }).ToArray();

        Assert.Equal(KernelShape.Parse("3xmobilenetv2").Cases(KernelFamily.Dense).Select(@case => @case with { Precision = Precision.Int8 }), cases);
    }

    [Fact]
    public void Sparse_convolutions_are_those_of_the_shape()
    {
        using var bench = new SparseConvolutionBench { Tokens = 1 };
        var cases = SparseConvolutionBench.BlockHeights.SelectMany(height => bench.Shapes.Select(shape =>
        {
            (bench.BlockHeight, bench.Shape) = (height, shape);
            return bench.Case;
        })).ToArray();

        Assert.Equal(KernelShape.Parse("mobilenetv2").Cases(KernelFamily.Sparse), cases);
        Assert.All(cases, @case => Assert.Contains(@case, KernelCase.Standard));
    }

    [Fact]
    public void Sparse_convolutions_stand_beside_dense_products_and_Conv()
    {
        var summary = Run<SparseConvolutionBench>("49x576x160", 1, (nameof(SparseConvolutionBench.BlockHeight), 4));
        var ours = Row(summary, nameof(KernelFamilyBench.Ours), Precision.Float32);

        Assert.Equal(3, summary.BenchmarksCases.Length);
        foreach (var column in new[] { "x own dense", "x ORT same", "max error" })
        {
            Assert.True(double.TryParse(ours[column], CultureInfo.InvariantCulture, out var value) && value >= 0, $"{column}: {ours[column]}");
        }
    }

    [Fact]
    public void Low_rank_experts_stand_beside_merged_networks_and_the_operator()
    {
        var summary = Run<LowRankExpertsBench>("minilm", 64);

        Assert.Equal(3, summary.BenchmarksCases.Length);
        var ours = Row(summary, nameof(KernelFamilyBench.Ours), Precision.Float32);
        foreach (var column in new[] { "x own dense", "x ORT MoE", "of peak", "of bandwidth", "max error" })
        {
            Assert.True(double.TryParse(ours[column], CultureInfo.InvariantCulture, out var value) && value >= 0, $"{column}: {ours[column]}");
        }

        Assert.Equal("-", ours["x ORT fp32"]);
    }

    [Fact]
    public void Block_diagonal_products_stand_beside_the_whole_matrix()
    {
        var summary = Run<BlockDiagonalBench>("768x3072", 32, (nameof(BlockDiagonalBench.Blocks), 8));

        Assert.Equal(3 + 4, summary.BenchmarksCases.Length);
        var ours = Row(summary, nameof(KernelFamilyBench.Ours), Precision.Int8);
        foreach (var column in new[] { "x own dense", "x ORT fp32", "x ORT same", "of peak", "max error" })
        {
            Assert.True(double.TryParse(ours[column], CultureInfo.InvariantCulture, out var value) && value >= 0, $"{column}: {ours[column]}");
        }
    }

    [Fact]
    public void Convolutions_stand_beside_ONNX_Runtime()
    {
        var summary = Run<PointwiseConvolutionBench>("49x320x1280", 1);

        Assert.Equal((4 * 2) + 2, summary.BenchmarksCases.Length);
        Assert.True(double.Parse(Row(summary, nameof(KernelFamilyBench.Ours), Precision.Int4)["x ORT same"], CultureInfo.InvariantCulture) > 0);
    }

    [Fact]
    public void The_columns_put_the_methods_of_a_case_in_relation()
    {
        var summary = Run<ExpertDispatchBench>("minilm", 16);
        var ours = Row(summary, nameof(KernelFamilyBench.Ours), Precision.Float32);

        foreach (var column in new[] { "x own dense", "x ORT fp32", "x ORT same", "x ORT MoE", "of peak", "of bandwidth", "max error" })
        {
            Assert.True(double.TryParse(ours[column], CultureInfo.InvariantCulture, out var value) && value >= 0, $"{column}: {ours[column]}");
        }

        Assert.Equal("1.00", Row(summary, nameof(ExpertDispatchBench.OwnDense), Precision.Float32)["x own dense"]);
        Assert.Equal("1.00", Row(summary, nameof(ExpertDispatchBench.OnnxRuntimeMoe), Precision.Float32)["x ORT MoE"]);
        Assert.Equal("-", Row(summary, nameof(ExpertDispatchBench.OnnxRuntimeMoe), Precision.Float32)["max error"]);
        Assert.Equal("1.00", Row(summary, nameof(ExpertDispatchBench.OnnxRuntimeMoe), Precision.Int8)["x ORT MoE"]);
        Assert.True(double.Parse(Row(summary, nameof(KernelFamilyBench.Ours), Precision.Int8)["x ORT same"], CultureInfo.InvariantCulture) > 0);
        Assert.Contains("Allocated", summary.Table.FullHeader);

        // ONNX Runtime at float32 is not timed twice.
        Assert.Equal(5 + 6, summary.BenchmarksCases.Length);
    }

    private static Summary Run<T>(string shape, int tokens, params (string Name, int Value)[] parameters)
        where T : KernelFamilyBench
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            return BenchmarkRunner.Run<T>(ManualConfig.CreateEmpty()
                .AddLogger(NullLogger.Instance)
                .AddColumnProvider(DefaultConfig.Instance.GetColumnProviders().ToArray())
                .AddJob(Job.Dry.WithToolchain(InProcessEmitToolchain.Instance))
                .AddFilter(new SimpleFilter(benchmark =>
                    benchmark.Parameters[nameof(KernelFamilyBench.Shape)].Equals(shape) && benchmark.Parameters[nameof(KernelFamilyBench.Tokens)].Equals(tokens)
                    && parameters.All(parameter => benchmark.Parameters[parameter.Name].Equals(parameter.Value))))
                .WithOptions(ConfigOptions.DisableOptimizationsValidator | ConfigOptions.DisableLogFile)
                .WithArtifactsPath(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Dictionary<string, string> Row(Summary summary, string method, Precision precision)
    {
        var row = Assert.Single(summary.Table.FullContent, cells =>
            cells[Index("Method")] == method && cells[Index(nameof(KernelFamilyBench.Precision))] == precision.ToString());
        return summary.Table.FullHeader.Zip(row).DistinctBy(cell => cell.First).ToDictionary(cell => cell.First, cell => cell.Second);

        int Index(string column) => Array.IndexOf(summary.Table.FullHeader, column);
    }
}
