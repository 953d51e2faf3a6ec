using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using NativeSparse.Forms;
using NativeSparse.Kernels;
using NativeSparse.Onnx;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Tests.Forms;

/// <summary>What every form promises. A form binds it with its name and its loss-less settings.</summary>
public abstract class FormContractTests(string form, string? converter, Func<JsonObject?> lossless, Func<JsonObject?> lossy)
{
    private const int Rows = 13;
    private const int Width = 20;
    private const int Hidden = 44;
    private const int Output = 24;

    public static TheoryData<bool, bool, string> Networks() => new()
    {
        { false, true, "gelu" },
        { false, false, "relu" },
        { true, false, "silu" },
        { true, true, "gelu_tanh" },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Lossless_settings_equal_the_dense_network(bool gated, bool biases, string activation)
    {
        var weights = DenseReference.Random(1, Width, Hidden, Output, gated, biases, activation);
        var x = Inputs();
        var expected = DenseReference.Run(weights, x, ScalarFunctions.Find(activation));
        var largest = expected.Max(Math.Abs);
        foreach (var name in Backends())
        {
            using var backend = BackendCatalog.Open(name);
            using var built = Build(weights, backend, lossless());
            var actual = FormRunner.Run(built, x);
            for (var i = 0; i < actual.Length; i++)
            {
                Assert.True(Math.Abs(actual[i] - expected[i]) <= 1e-5 * largest, $"{name}: y[{i}] is {actual[i]}, expected {expected[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void At_int8_every_backend_is_near_the_dense_network(bool gated, bool biases, string activation)
    {
        var weights = DenseReference.Random(1, Width, Hidden, Output, gated, biases, activation);
        var x = Inputs();
        var expected = DenseReference.Run(weights, x, ScalarFunctions.Find(activation));
        float[]? first = null;
        foreach (var name in Backends())
        {
            using var backend = BackendCatalog.Open(name);
            using var built = Build(weights, backend, lossless(), Precision.Int8);
            Assert.Equal(Precision.Int8, built.Precision);
            var actual = FormRunner.Run(built, x);
            var (error, size) = (0.0, 0.0);
            for (var i = 0; i < actual.Length; i++)
            {
                error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
                size += expected[i] * expected[i];
            }

            Assert.InRange(Math.Sqrt(error / size), 1e-6, 0.03);

            // Only the activation may differ, by its stated error, which can move a rounded value to its neighbour.
            first ??= actual;
            Assert.All(actual.Zip(first), pair => Assert.Equal(pair.First, pair.Second, 0.02f * (1 + Math.Abs(pair.Second))));
        }
    }

    [Theory]
    [InlineData(1f, false)]
    [InlineData(1e-8f, true)]
    public void A_report_says_where_weights_are_too_small_for_int4(float factor, bool isSaid)
    {
        var weights = DenseReference.Random(1, Width, Hidden, Output, gated: true, biases: false, "silu");
        TensorPrimitives.Multiply(weights.Down, factor, weights.Down);
        using var backend = BackendCatalog.Open("reference");
        var context = new ConversionContext
        {
            Site = "site",
            Weights = weights,
            Precision = Precision.Int4,
            Backend = backend,
            Splitter = SerialSplitter.Instance,
        };

        var notes = FormRegistry.Find(form).Convert(context, converter, lossless()).Report.Notes;

        Assert.Equal(isSaid, notes.Any(note => note.Contains("became zero", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_weight_that_bfloat16_makes_infinite_is_refused()
    {
        var weights = DenseReference.Random(1, Width, Hidden, Output, gated: true, biases: false, "silu");
        weights.Up[7] = float.MaxValue;
        using var backend = BackendCatalog.Open("reference");
        var context = new ConversionContext
        {
            Site = "site",
            Weights = weights,
            Precision = Precision.BFloat16,
            Backend = backend,
            Splitter = SerialSplitter.Instance,
        };

        var error = Assert.Throws<ArgumentException>(() => FormRegistry.Find(form).Convert(context, converter, lossless()));

        Assert.Contains("bfloat16 rounds to infinity", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_row_does_not_depend_on_its_batch_or_on_threads(bool gated, bool biases, string activation)
    {
        foreach (var precision in FormRegistry.Find(form).Precisions)
        {
            CheckRows(gated, biases, activation, precision);
        }
    }

    private void CheckRows(bool gated, bool biases, string activation, Precision precision)
    {
        using var backend = BackendCatalog.Open(null);
        using var built = Build(DenseReference.Random(2, Width, Hidden, Output, gated, biases, activation), backend, lossy(), precision);
        var x = Inputs();
        var whole = FormRunner.Run(built, x);
        Assert.Equal(whole, FormRunner.Run(built, x, new ThreadPoolSplitter(3)));
        for (var start = 0; start < Rows; start += 4)
        {
            var count = Math.Min(4, Rows - start);
            var part = FormRunner.Run(built, x[(start * Width)..((start + count) * Width)]);
            Assert.Equal(whole[(start * Output)..((start + count) * Output)], part);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Saving_and_loading_keeps_every_bit(bool gated, bool biases, string activation)
    {
        foreach (var precision in FormRegistry.Find(form).Precisions)
        {
            CheckSaving(gated, biases, activation, precision);
        }
    }

    private void CheckSaving(bool gated, bool biases, string activation, Precision precision)
    {
        using var backend = BackendCatalog.Open(null);
        var descriptor = FormRegistry.Find(form);
        var conversion = descriptor.Convert(
            Context(DenseReference.Random(3, Width, Hidden, Output, gated, biases, activation), backend, precision), converter, lossy());
        var written = descriptor.Write("site", conversion.Parameters);
        var read = descriptor.Read(new FormNode
        {
            Name = written.Name,
            OpType = written.OpType,
            Input = "x",
            Outputs = ["y"],
            Constants = written.Constants,
            Attributes = written.Attributes,
        });
        using var before = descriptor.Build(conversion.Parameters, backend);
        using var after = descriptor.Build(read, backend);
        Assert.Equal(precision, after.Precision);
        Assert.Equal(FormRunner.Run(before, Inputs()), FormRunner.Run(after, Inputs()));
    }

    [Fact]
    public async Task Concurrent_runs_give_the_same_answers()
    {
        using var backend = BackendCatalog.Open(null);
        using var built = Build(DenseReference.Random(4, Width, Hidden, Output, true, true, "silu"), backend, lossy());
        var x = Inputs();
        var expected = FormRunner.Run(built, x);
        await Parallel.ForAsync(0, 64, TestContext.Current.CancellationToken, (_, _) =>
        {
            Assert.Equal(expected, FormRunner.Run(built, x));
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        using var backend = BackendCatalog.Open(null);
        using var built = Build(DenseReference.Random(5, Width, Hidden, Output, true, true, "gelu"), backend, lossy());
        using var scratch = new Scratch();
        var x = Inputs();
        var y = new float[Rows * Output];
        var execution = new Execution(SerialSplitter.Instance, scratch);
        Assert.Equal(0, Allocations.Count(() => FormRunner.Run(built, x, y, execution)));
    }

    [Fact]
    public void Disposing_twice_is_fine()
    {
        using var backend = BackendCatalog.Open(null);
        var built = Build(DenseReference.Random(6, Width, Hidden, Output, false, true, "relu"), backend, lossy());
        built.Dispose();
        built.Dispose();
    }

    [Fact]
    public void An_unknown_option_or_converter_is_named()
    {
        using var backend = BackendCatalog.Open(null);
        var context = Context(DenseReference.Random(7, Width, Hidden, Output, false, true, "relu"), backend);
        var descriptor = FormRegistry.Find(form);
        var option = Assert.Throws<ConversionException>(() => descriptor.Convert(context, converter, new JsonObject { ["nosuch"] = 1 }));
        Assert.Contains("nosuch", option.Message, StringComparison.Ordinal);
        var method = Assert.Throws<ConversionException>(() => descriptor.Convert(context, "nosuch", null));
        Assert.Contains("nosuch", method.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Backends() => BackendCatalog.List().Where(backend => backend.Usable).Select(backend => backend.Name);

    private static float[] Inputs() => DenseReference.Values(new Random(9), Rows * Width, 1);

    private static ConversionContext Context(FeedForwardWeights weights, Backend backend, Precision precision = Precision.Float32) =>
        new() { Site = "site", Weights = weights, Backend = backend, Splitter = SerialSplitter.Instance, Precision = precision };

    private FeedForward Build(FeedForwardWeights weights, Backend backend, JsonObject? options, Precision precision = Precision.Float32)
    {
        var descriptor = FormRegistry.Find(form);
        return descriptor.Build(descriptor.Convert(Context(weights, backend, precision), converter, options).Parameters, backend);
    }
}
