using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>How many launches a form takes on a device, at every precision, for few rows and many.</summary>
[Trait("Needs", "Device")]
public sealed class DeviceLaunchTests
{
    public static TheoryData<Precision, bool, int, int> Networks => new()
    {
        { Precision.Float32, false, 1, 2 },
        { Precision.Float32, true, 1, 2 },
        { Precision.Float32, false, 70, 2 },
        { Precision.Float32, true, 70, 2 },
        { Precision.BFloat16, true, 3, 2 },
        { Precision.Int8, false, 1, 2 },
        { Precision.Int8, true, 1, 2 },
        { Precision.Int8, false, 8, 2 },
        { Precision.Int8, true, 8, 2 },
        { Precision.Int8, false, 70, 3 },
        { Precision.Int8, true, 70, 3 },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_takes_two_launches_and_one_more_where_many_rows_are_rounded(Precision precision, bool isGated, int rows, int launches)
    {
        using var backend = TestDevices.OwnSimulator();
        using var network = new SharedNetwork(backend, 18, 41, 7, isGated, precision);
        using var x = new Operand(rows, 18, random: new Random(3));
        using var expected = new Operand(rows, 7);
        using var actual = new Operand(rows, 7);
        using var host = new Host();
        var before = backend.Device.Launches;
        backend.Dense.RunFeedForward(host.Execution, x.View, network.Matrices, actual.View);
        Assert.Equal(launches, backend.Device.Launches - before);

        using var hidden = new Operand(rows, 41);
        var (matrices, isPlain) = (network.Matrices, network.Matrices.Gate is null);
        backend.Dense.Run(
            host.Execution, x.View, matrices.Up, new Epilogue { Bias = matrices.UpBias, Activation = isPlain ? matrices.Activation : default }, hidden.View);
        if (!isPlain)
        {
            var epilogue = new Epilogue { Bias = matrices.GateBias, Multiplier = hidden.View, Activation = matrices.Activation };
            backend.Dense.Run(host.Execution, x.View, matrices.Gate!, epilogue, hidden.View);
        }

        backend.Dense.Run(host.Execution, hidden.View, matrices.Down, new Epilogue { Bias = matrices.DownBias }, expected.View);
        Assert.Contains(expected.Values(), value => value != 0);
        Assert.Equal(expected.Values(), actual.Values());
    }

    [Fact]
    public void A_gate_of_another_precision_takes_a_launch_of_its_own()
    {
        using var backend = TestDevices.OwnSimulator();
        using var network = new SharedNetwork(backend, 18, 41, 7, isGated: true, Precision.Int8);
        using var gate = backend.Dense.Pack(Operand.Sample(new Random(5), 18 * 41), 18, 41, Precision.Float32);
        using var x = new Operand(3, 18, random: new Random(3));
        using var y = new Operand(3, 7);
        using var host = new Host();
        var before = backend.Device.Launches;
        backend.Dense.RunFeedForward(host.Execution, x.View, network.Matrices with { Gate = gate }, y.View);
        Assert.Equal(3, backend.Device.Launches - before);
        Assert.All(y.Values(), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(Precision.Float32, 3)]
    [InlineData(Precision.Float32, 40)]
    [InlineData(Precision.BFloat16, 3)]
    [InlineData(Precision.Int8, 3)]
    [InlineData(Precision.Int8, 40)]
    public void Experts_with_router_choice_and_bias_take_seven(Precision precision, int tokens)
    {
        using var backend = TestDevices.OwnSimulator();
        using var network = new SharedNetwork(backend, 12, 26, 9, isGated: true, precision);
        using var x = new Operand(tokens, 12, random: new Random(3));
        using var y = new Operand(tokens, 9);
        using var experts = backend.Experts.Slice(network.Matrices, [new ExpertSlice(0, 13), new ExpertSlice(13, 13)]);
        using var router = backend.Dense.Pack(Operand.Sample(new Random(4), 24), 12, 2, Precision.Float32);
        var scratch = backend.RentScratch();
        var before = backend.Device.Launches;
        using (scratch.Enter())
        {
            var execution = new Execution(SerialSplitter.Instance, scratch);
            var input = backend.Upload(scratch, x.View);
            var output = scratch.Rent(tokens, 9);
            var scores = scratch.Rent(tokens, 2);
            var routing = Routing.Rent(scratch, tokens, 2);
            backend.Dense.Run(execution, input, router, default, scores);
            backend.Routing.Run(execution, scores, new RoutingOptions { K = 2 }, routing);
            backend.Fill(default, output);
            backend.Experts.Run(execution, input, routing, experts, 1, output);
            backend.Download(output, y.View);
        }

        backend.Return(scratch);
        Assert.Equal(7, backend.Device.Launches - before);
        Assert.Contains(y.Values(), value => value != 0);
    }
}
