using NativeSparse.Kernels;
using NativeSparse.Measurement;
using Xunit;

namespace NativeSparse.Perf.Tests;

public sealed class KernelShapeTests
{
    [Theory]
    [InlineData("bert-base", "768x3072", 6)]
    [InlineData("minilm", "384x1536", 6)]
    [InlineData("vit-l", "1024x4096", 6)]
    [InlineData("llama-7b", "4096x11008 gated", 6)]
    [InlineData("640x2560", "640x2560", 6)]
    [InlineData("128xbert-base", "768x3072", 1)]
    [InlineData("128x768x3072", "768x3072", 1)]
    public void A_shape_gives_the_cases_of_feed_forward_networks(string text, string name, int count)
    {
        var cases = KernelShape.Parse(text).Cases(KernelFamily.FeedForward);

        Assert.Equal(count, cases.Count);
        Assert.All(cases, @case => Assert.Equal(name, @case.Name));
        Assert.All(cases, @case => Assert.Equal(name.Contains("gated", StringComparison.Ordinal), @case.IsGated));
    }

    [Fact]
    public void Other_families_take_networks_too_but_low_rank_experts_no_gated_ones()
    {
        Assert.Equal("768x3072 2 of 8", KernelShape.Parse("bert-base").Cases(KernelFamily.Experts)[0].Name);
        Assert.Equal("4096x11008", KernelShape.Parse("llama-7b").Cases(KernelFamily.Dense)[0].Name);
        Assert.Equal("4096x11008 gated 2 of 8", KernelShape.Parse("llama-7b").Cases(KernelFamily.Experts)[0].Name);
        Assert.Equal("768x3072 in 4 blocks", KernelShape.Parse("bert-base").Cases(KernelFamily.BlockDiagonal)[0].Name);
        Assert.Equal("3x40 in 3 blocks", KernelShape.Parse("5x3x40").Cases(KernelFamily.BlockDiagonal)[0].Name);
        Assert.Empty(KernelShape.Parse("llama-7b").Cases(KernelFamily.LowRank));
    }

    [Fact]
    public void Pointwise_convolutions_are_products_of_their_pixels()
    {
        var shape = KernelShape.Parse("mobilenetv2");
        var cases = shape.Cases(KernelFamily.Dense);

        Assert.Equal((12544, "32x16"), (cases[0].Tokens, cases[0].Name));
        Assert.Equal((12544, "16x96"), (cases[1].Tokens, cases[1].Name));
        Assert.Equal((49, "320x1280"), (cases[^1].Tokens, cases[^1].Name));
        Assert.Contains(cases, @case => (@case.Tokens, @case.Name) == (196, "96x576"));
        Assert.Equal(cases.Count, cases.Distinct().Count());
        Assert.Equal(4 * 12544, KernelShape.Parse("4xmobilenetv2").Cases(KernelFamily.Dense)[0].Tokens);
        Assert.Empty(shape.Cases(KernelFamily.FeedForward));
        Assert.Empty(shape.Cases(KernelFamily.Experts));
    }

    [Fact]
    public void Sparse_pointwise_convolutions_run_on_rows_of_channels()
    {
        var cases = KernelShape.Parse("mobilenetv2").Cases(KernelFamily.Sparse);

        Assert.Equal(2 * KernelShape.Parse("mobilenetv2").Products.Count, cases.Count);
        Assert.Equal((12544, "32x16 90 % 1x1 channel-major"), (cases[0].Tokens, cases[0].Name));
        Assert.Equal((49, "320x1280 90 % 4x1 channel-major"), (cases[^1].Tokens, cases[^1].Name));
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(15, 4)]
    public void A_sparse_convolution_gives_the_products_of_its_pixels(int pixels, int height)
    {
        var options = new KernelBenchOptions
        {
            Cases = [new KernelCase(KernelFamily.Sparse, pixels, 24, 40) { Zeros = 0.8, BlockHeight = height, IsChannelMajor = true }],
            Rounds = 1,
        };

        var row = Assert.Single(KernelBench.Run(options, cancellation: TestContext.Current.CancellationToken).Rows);

        Assert.InRange(row.MaxError!.Value, 0, 1e-5);
        Assert.True(row is { RatioToOnnxRuntime: > 0, RatioToDense: > 0, AllocatedBytes: 0 });
    }

    [Theory]
    [InlineData(Precision.Float32, 1e-5)]
    [InlineData(Precision.BFloat16, 3e-2)]
    [InlineData(Precision.Int8, 1e-1)]
    [InlineData(Precision.Int4, 5e-1)]
    public void Block_diagonal_products_run_at_every_precision(Precision precision, double tolerance)
    {
        var options = new KernelBenchOptions
        {
            Cases = [new KernelCase(KernelFamily.BlockDiagonal, 3, 67, 97, Precision: precision) { Blocks = 4 }],
            Rounds = 1,
        };

        var row = Assert.Single(KernelBench.Run(options, cancellation: TestContext.Current.CancellationToken).Rows);

        Assert.Equal("67x97 in 4 blocks", row.Case);
        Assert.InRange(row.MaxError!.Value, 0, tolerance);
        Assert.True(row is { RatioToOnnxRuntime: > 0, RatioToDense: > 0, AllocatedBytes: 0 });
        Assert.Equal(precision == Precision.Float32, row.RatioToOwnFloat32 is null);
    }

    [Theory]
    [InlineData("bert-huge")]
    [InlineData("0xbert-base")]
    [InlineData("1x2x3x4")]
    [InlineData("768x")]
    [InlineData("")]
    public void An_unknown_shape_is_refused_with_the_known_ones(string text)
    {
        var message = Assert.Throws<FormatException>(() => KernelShape.Parse(text)).Message;

        Assert.All(KernelShape.Known, known => Assert.Contains(known.Name, message, StringComparison.Ordinal));
        Assert.Contains("4096x11008, gated", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Precision.Float32, 1e-5)]
    [InlineData(Precision.BFloat16, 3e-2)]
    [InlineData(Precision.Int8, 1e-1)]
    [InlineData(Precision.Int4, 5e-1)]
    public void Gated_networks_and_experts_run_at_every_precision(Precision precision, double tolerance)
    {
        var options = new KernelBenchOptions
        {
            Cases =
            [
                new KernelCase(KernelFamily.FeedForward, 3, 64, 96, Precision: precision) { IsGated = true },
                new KernelCase(KernelFamily.Experts, 3, 64, 256, 4, 2, precision) { IsGated = true },
            ],
            Rounds = 1,
        };

        var rows = KernelBench.Run(options, cancellation: TestContext.Current.CancellationToken).Rows;

        Assert.Equal(["64x96 gated", "64x256 gated 2 of 4"], rows.Select(row => row.Case));
        Assert.All(rows, row =>
        {
            Assert.InRange(row.MaxError!.Value, 0, tolerance);
            Assert.True(row.RatioToOnnxRuntime > 0);
            Assert.True(row.RatioToDense > 0);
        });
    }
}
