using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using NativeSparse.Conversion;
using NativeSparse.Kernels;
using NativeSparse.Testing;
using NativeSparse.Tests.Models;
using Xunit;

namespace NativeSparse.Tests.Session;

/// <summary>Whole models with their forms on an OpenCL device; skipped where there is none.</summary>
public sealed class DeviceEngineTests
{
    private const string Device = "opencl:0";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("float32", 1e-3)]
    [InlineData("int8", 0.1)]
    public void Experts_on_a_device_give_the_processors_answers(string precision, double limit)
    {
        RequireDevice();
        var plan = ConversionPlan.ForEverySite("experts", "contiguous", new JsonObject { ["experts"] = 32, ["active"] = 0.5 }) with { DefaultPrecision = precision };
        var inputs = Novella.Inputs(3, 12);
        using var onProcessor = SparseEngine.Load(Novella.Path, new SparseOptions { Plan = plan, Threads = 1, Backend = "cpu" }, Token);
        using var onDevice = SparseEngine.Load(Novella.Path, new SparseOptions { Plan = plan, Threads = 1, Backend = Device }, Token);
        Assert.Equal(Device, onDevice.Info.Backend);
        Assert.All(onDevice.Info.Sites, site => Assert.Equal("ilgpu", site.Version));
        Assert.Contains(onDevice.Info.Reasons, reason => reason.Contains("copied to the device", StringComparison.Ordinal));
        var (expected, actual) = (Values(onProcessor, inputs), Values(onDevice, inputs));
        Assert.InRange(expected.Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second)), 0, limit);
        Assert.Equal(actual, Values(onDevice, inputs));
    }

    [Theory]
    [InlineData("float32", 1e-3)]
    [InlineData("int8", 0.1)]
    public void Linears_on_a_device_give_the_processors_answers(string precision, double limit)
    {
        RequireDevice();
        var inputs = Novella.Inputs(3, 12);
        var options = new SparseOptions { Linears = precision, Threads = 1 };
        using var onProcessor = SparseEngine.Load(Novella.Path, options with { Backend = "cpu" }, Token);
        using var onDevice = SparseEngine.Load(Novella.Path, options with { Backend = Device }, Token);
        Assert.All(onDevice.Info.Sites, site => Assert.Equal(("linear", "ilgpu"), (site.Form, site.Version)));
        Assert.InRange(Values(onProcessor, inputs).Zip(Values(onDevice, inputs)).Max(pair => Math.Abs(pair.First - pair.Second)), 0, limit);
    }

    [Fact]
    public void Engines_on_one_device_run_at_once_and_may_be_loaded_again()
    {
        RequireDevice();
        var options = new SparseOptions { Plan = ConversionPlan.ForEverySite("dense"), Threads = 1, Backend = Device };
        var inputs = Novella.Inputs(4, 7);
        float[] expected;
        using (var first = SparseEngine.Load(Novella.Path, options, Token))
        {
            using var second = SparseEngine.Load(Novella.Path, options, Token);
            expected = Values(first, inputs);
            Parallel.For(0, 8, i => Assert.Equal(expected, Values(i % 2 == 0 ? first : second, inputs)));
        }

        using var again = SparseEngine.Load(Novella.Path, options, Token);
        Assert.Equal(expected, Values(again, inputs));
    }

    private static void RequireDevice()
    {
        Environment.SetEnvironmentVariable("NATIVESPARSE_OPENCL_FORCE_GENERIC", "1");
        var device = BackendCatalog.List().First(backend => backend.Name == Device);
        Assert.SkipUnless(device.Usable, $"no OpenCL device: {device.Reason}");
    }

    private static float[] Values(SparseEngine engine, Dictionary<string, IReadOnlyTensor> inputs) =>
        TensorInputs.Singles(engine.Run(inputs, Token)["logits"])!;
}
