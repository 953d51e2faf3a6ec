using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What experts on a device do that the shared contract does not ask for.</summary>
[Trait("Needs", "Device")]
public sealed class DeviceExpertTests
{
    [Theory]
    [InlineData(Precision.Float32, false)]
    [InlineData(Precision.Float32, true)]
    [InlineData(Precision.Int8, true)]
    public void Ranges_of_a_network_are_copies_of_its_weights(Precision precision, bool isGated)
    {
        using var backend = TestDevices.OpenCl();
        using var network = new SharedNetwork(backend, 17, 70, 40, isGated, precision);
        using var experts = backend.Experts.Slice(network.Matrices, [new ExpertSlice(0, 9), new ExpertSlice(3, 50), new ExpertSlice(69, 1)]);
        using var copies = precision == Precision.Int8
            ? backend.Experts.Pack(experts.UnpackInt8())
            : backend.Experts.Pack(experts.Unpack(), precision);
        using var routed = new RoutingRun(
            backend, 30, 3, Operand.Sample(new Random(1), 90), new RoutingOptions { K = 2, Weights = RoutingWeights.Softmax }, 2);
        using var x = new Operand(30, 17, random: new Random(2));
        using var host = new Host();
        using var expected = new Operand(30, 40);
        using var actual = new Operand(30, 40);
        backend.Experts.Run(host.Execution, x.View, routed.Routing, copies, 0.5f, expected.View);
        backend.Experts.Run(host.Execution, x.View, routed.Routing, experts, 0.5f, actual.View);
        Assert.Contains(expected.Values(), value => value != 0);
        Assert.Equal(expected.Values(), actual.Values());
    }

    [Fact]
    public void What_a_device_does_not_have_is_said()
    {
        using var backend = TestDevices.Simulator();
        var weights = new float[64 * 64];
        Assert.Contains("Int8", Assert.Throws<NotSupportedException>(() => backend.Dense.Pack(weights, 64, 64, Precision.Int4)).Message, StringComparison.Ordinal);
    }
}
