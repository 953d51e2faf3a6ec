using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Conversion;
using NativeSparse.Kernels;
using NativeSparse.Onnx;
using NativeSparse.Testing;
using NativeSparse.Tests.Models;
using Xunit;

namespace NativeSparse.Tests;

public sealed class SparseEngineTests
{
    private static readonly ConversionPlan Experts =
        ConversionPlan.ForEverySite("experts", "contiguous", new JsonObject { ["experts"] = 32, ["active"] = 0.5 });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Info_tells_what_runs_where()
    {
        using var engine = SparseEngine.Load(Novella.Path, new SparseOptions { Plan = Experts, Threads = 1 }, Token);
        Assert.Equal(6, engine.Info.Sites.Count);
        Assert.All(engine.Info.Sites, site => Assert.Equal("experts", site.Form));
        Assert.StartsWith("cpu:", engine.Info.Backend, StringComparison.Ordinal);
        Assert.Equal(engine.Info.Sites.Sum(site => site.ByteCount), engine.Info.ByteCount);
        Assert.Equal(1, engine.Info.Threads);
        Assert.NotNull(engine.Info.Report);
    }

    [Fact]
    public void Runs_on_the_callers_buffers_allocate_nothing()
    {
        using var engine = SparseEngine.Load(Novella.Path, new SparseOptions { Plan = Experts, Threads = 2 }, Token);
        var named = Novella.Inputs(1, 16);
        var expected = engine.Run(named, Token);
        using var inputs = new ValueList(engine.InputNames.Select(name => NativeSparse.Session.TensorConversion.ToValue(name, named[name], engine.InputMetadata[name])));
        using var outputs = new ValueList(engine.OutputNames.Select(name => NativeSparse.Session.TensorConversion.ToValue(name, expected[name], engine.OutputMetadata[name])));
#pragma warning disable xUnit1051 // a token that can be cancelled costs a registration: this is about runs without one
        Assert.Equal(0, Allocations.Count(() => engine.Run(inputs.Span, outputs.Span)));
#pragma warning restore xUnit1051

        Assert.Equal(
            Values(expected["logits"]), outputs.Values[0].GetTensorDataAsSpan<float>().ToArray());
    }

    [Fact]
    public async Task Concurrent_runs_give_the_same_bits()
    {
        using var engine = SparseEngine.Load(Novella.Path, new SparseOptions { Plan = Experts, Threads = 2 }, Token);
        var inputs = Enumerable.Range(0, 4).Select(i => Novella.Inputs(i, 5 + (7 * i))).ToList();
        var expected = inputs.Select(input => engine.Run(input, Token)).ToList();
        await Parallel.ForAsync(0, 32, Token, (i, token) =>
        {
            Assert.True(ModelComparison.SameBits(expected[i % 4], engine.Run(inputs[i % 4], token)));
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void Path_stream_and_bytes_are_the_same_model()
    {
        var bytes = File.ReadAllBytes(Novella.Path);
        var inputs = Novella.Inputs(2, 9);
        var options = new SparseOptions { Plan = Experts, Threads = 1 };
        using var fromPath = SparseEngine.Load(Novella.Path, options, Token);
        using var fromBytes = SparseEngine.Load(bytes.AsMemory(), options, Token);
        using var stream = new MemoryStream(bytes);
        using var fromStream = SparseEngine.Load(stream, options, Token);
        var expected = fromPath.Run(inputs, Token);
        Assert.True(ModelComparison.SameBits(expected, fromBytes.Run(inputs, Token)));
        Assert.True(ModelComparison.SameBits(expected, fromStream.Run(inputs, Token)));
    }

    [Fact]
    public void The_hosts_session_options_serve_several_engines()
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        var sparse = new SparseOptions { Plan = Experts, SessionOptions = options };
        using var first = SparseEngine.Load(Novella.Path, sparse, Token);
        using var second = SparseEngine.Load(Novella.Path, sparse, Token);
        var inputs = Novella.Inputs(3, 4);
        Assert.True(ModelComparison.SameBits(first.Run(inputs, Token), second.Run(inputs, Token)));
        Assert.Equal(1, first.Info.Threads);
    }

    [Fact]
    public void A_cancelled_token_stops_a_run_and_a_load()
    {
        using var source = new CancellationTokenSource();
        using var engine = SparseEngine.Load(Novella.Path, new SparseOptions { Plan = Experts }, Token);
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => engine.Run(Novella.Inputs(4, 8), source.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => SparseEngine.Load(Novella.Path, new SparseOptions { Plan = Experts }, source.Token));
    }

    [Fact]
    public void Missing_and_unknown_inputs_are_listed()
    {
        using var engine = SparseEngine.Load(Novella.Path, cancellation: Token);
        var inputs = Novella.Inputs(5, 3);
        inputs.Remove("attention_mask");
        inputs["nosuch"] = Tensor.Create([1f]);
        var exception = Assert.Throws<ArgumentException>(() => engine.Run(inputs, Token));
        Assert.Contains("missing inputs: attention_mask", exception.Message, StringComparison.Ordinal);
        Assert.Contains("unknown inputs: nosuch", exception.Message, StringComparison.Ordinal);
        Assert.Contains("input_ids", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scalar_is_one_element()
    {
        // y = x, both int64 scalars.
        var model = System.Convert.FromBase64String("CAg6LwoQCgF4EgF5IghJZGVudGl0eRIBZ1oLCgF4EgYKBAgHEgBiCwoBeRIGCgQIBxIAQgIQEQ==");
        using var engine = SparseEngine.Load(model, cancellation: Token);
        var outputs = engine.Run(new Dictionary<string, IReadOnlyTensor> { ["x"] = Tensor.Create([7L]) }, Token);
        Assert.Equal(7L, ((Tensor<long>)outputs["y"])[0]);
        Assert.Equal(1, engine.Run(NativeSparse.Conversion.ProbeInputs.Create(engine.InputMetadata, 1), Token)["y"].FlattenedLength);
        var empty = new Dictionary<string, IReadOnlyTensor> { ["x"] = Tensor.Create(Array.Empty<long>(), [0]) };
        Assert.Contains("scalar", Assert.Throws<ArgumentException>(() => engine.Run(empty, Token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_input_that_is_null_is_missing()
    {
        using var engine = SparseEngine.Load(Novella.Path, cancellation: Token);
        var inputs = Novella.Inputs(5, 3);
        inputs["attention_mask"] = null!;
        var exception = Assert.Throws<ArgumentException>(() => engine.Run(inputs, Token));
        Assert.Contains("missing inputs: attention_mask", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_waits_for_the_runs_under_way()
    {
        var inputs = Novella.Inputs(6, 64);
        var engine = SparseEngine.Load(Novella.Path, new SparseOptions { Plan = Experts, Threads = 1 }, Token);
        var expected = Values(engine.Run(inputs, Token)["logits"]);
        using var started = new ManualResetEventSlim();
        var runs = Task.Run(
            () =>
            {
                var done = 0;
                try
                {
                    while (true)
                    {
                        Assert.Equal(expected, Values(engine.Run(inputs, Token)["logits"]));
                        done++;
                        started.Set();
                    }
                }
                catch (ObjectDisposedException)
                {
                    return done;
                }
            },
            Token);
        started.Wait(Token);
        engine.Dispose();
        engine.Dispose();
        Assert.True(await runs > 0);
    }

    [Fact]
    public void A_backend_that_is_not_there_is_an_error_that_lists_the_others()
    {
        var exception = Assert.Throws<BackendUnavailableException>(
            () => SparseEngine.Load(Novella.Path, new SparseOptions { Backend = "cuda:99" }, Token));
        Assert.Contains(exception.Tried, entry => entry.Contains("reference", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_usable_backend_runs_the_model()
    {
        var inputs = Novella.Inputs(6, 12);
        using var dense = SparseEngine.Load(Novella.Path, new SparseOptions { Threads = 1 }, Token);
        var expected = Values(dense.Run(inputs, Token)["logits"]);
        foreach (var backend in BackendCatalog.List().Where(entry => entry.Usable && entry.Name != "ilgpu-cpu"))
        {
            using var engine = SparseEngine.Load(
                Novella.Path, new SparseOptions { Plan = ConversionPlan.ForEverySite("dense"), Backend = backend.Name, Threads = 1 }, Token);
            var actual = Values(engine.Run(inputs, Token)["logits"]);
            Assert.True(expected.Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second)) < 1e-4, backend.Name);
        }
    }

    [Fact]
    public void A_disposed_engine_says_so()
    {
        var engine = SparseEngine.Load(Novella.Path, cancellation: Token);
        engine.Dispose();
        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => engine.Run(Novella.Inputs(7, 2), Token));
    }

    [Fact]
    public void A_missing_file_and_a_damaged_file_are_different_errors()
    {
        Assert.Throws<FileNotFoundException>(() => SparseEngine.Load("nosuch.onnx", cancellation: Token));
        Assert.Throws<ModelFormatException>(() => SparseEngine.Load(new byte[] { 1, 2, 3 }.AsMemory(), cancellation: Token));
    }

    private static float[] Values(IReadOnlyTensor tensor) => NativeSparse.Testing.TensorInputs.Singles(tensor)!;

    private sealed class ValueList(IEnumerable<OrtValue> values) : IDisposable
    {
        public OrtValue[] Values { get; } = [.. values];

        public ReadOnlySpan<OrtValue> Span => Values;

        public void Dispose() => Array.ForEach(Values, value => value.Dispose());
    }
}
