using NativeSparse.Conversion;
using NativeSparse.Kernels;
using NativeSparse.Session;
using NativeSparse.Testing;
using NativeSparse.Tests.Models;
using Xunit;

namespace NativeSparse.Tests.Session;

/// <summary>A device that goes away under an engine is a typed error, the engine can be disposed, and its model loaded again.</summary>
public sealed class DeviceLossTests
{
    private const string Name = "ilgpu-cpu";

    private static readonly SparseOptions Options = new() { Plan = ConversionPlan.ForEverySite("dense"), Backend = Name, Threads = 1 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [Trait("Needs", "Device")]
    public void A_lost_device_is_told_and_a_new_engine_runs(int launches)
    {
        var inputs = Novella.Inputs(1, 1);
        var device = LosableDevice.Create(Name);
        var engine = SparseEngine.Load(ModelSource.FromFile(Novella.Path), Options, new DeviceBackend(device), Token);
        var expected = Values(engine.Run(inputs, Token)["logits"]);

        device.LoseAfter(launches);
        var failure = Assert.Throws<DeviceLostException>(() => engine.Run(inputs, Token));
        Assert.Equal(Name, failure.Backend);
        Assert.Contains("fell off the bus", failure.Message, StringComparison.Ordinal);
        Assert.Throws<DeviceLostException>(() => engine.Run(inputs, Token));
        engine.Dispose();
        engine.Dispose();

        using var again = SparseEngine.Load(Novella.Path, Options, Token);
        Assert.Equal(expected, Values(again.Run(inputs, Token)["logits"]));
    }

    private static float[] Values(System.Numerics.Tensors.IReadOnlyTensor tensor) => TensorInputs.Singles(tensor)!;
}
