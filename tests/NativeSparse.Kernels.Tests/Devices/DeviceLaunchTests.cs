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
        Assert.Equal(launches, AssertIsItsProducts(backend, network.Matrices, rows));
    }

    [Theory]
    [InlineData(false, 1, 64, 48)]
    [InlineData(true, 7, 64, 48)]
    [InlineData(true, 33, 61, 50)]
    [InlineData(false, 200, 300, 150)]
    [InlineData(true, 300, 300, 270)]
    [InlineData(true, 300, 304, 272)]
    public void Rows_of_every_kernel_are_rounded_to_the_same_bits(bool isGated, int rows, int neurons, int outputs)
    {
        using var backend = (DeviceBackend)TestDevices.OpenCl();
        using var network = new SharedNetwork(backend, 20, neurons, outputs, isGated, Precision.Int8);
        AssertIsItsProducts(backend, network.Matrices, rows);
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

    /// <summary>A network gives the bits of its products one by one, also of a row that is not finite; returns its launches, where nobody else uses the device.</summary>
    private static long AssertIsItsProducts(DeviceBackend backend, FeedForwardMatrices network, int rows)
    {
        var (width, outputs) = (network.Up.InputWidth, network.Down.OutputWidth);
        using var x = new Operand(rows, width, random: new Random(3));
        using var hidden = new Operand(rows, network.Up.OutputWidth);
        using var expected = new Operand(rows, outputs);
        using var actual = new Operand(rows, outputs);
        using var host = new Host();
        if (rows > 2)
        {
            x.Row(1)[width - 1] = float.PositiveInfinity;
        }

        var before = backend.Device.Launches;
        backend.Dense.RunFeedForward(host.Execution, x.View, network, actual.View);
        var launches = backend.Device.Launches - before;
        var activation = network.Gate is null ? network.Activation : default;
        backend.Dense.Run(host.Execution, x.View, network.Up, new Epilogue { Bias = network.UpBias, Activation = activation }, hidden.View);
        if (network.Gate is not null)
        {
            var epilogue = new Epilogue { Bias = network.GateBias, Multiplier = hidden.View, Activation = network.Activation };
            backend.Dense.Run(host.Execution, x.View, network.Gate, epilogue, hidden.View);
        }

        for (var row = 0; row < rows; row++)
        {
            using var one = new Operand(1, hidden.View.Columns);
            using var result = new Operand(1, outputs);
            hidden.Row(row).CopyTo(one.Row(0));
            backend.Dense.Run(host.Execution, one.View, network.Down, new Epilogue { Bias = network.DownBias }, result.View);
            result.Row(0).CopyTo(expected.Row(row));
        }

        Assert.Contains(expected.Values(), value => value != 0);
        Assert.Equal(expected.Values().Select(BitsOrNaN), actual.Values().Select(BitsOrNaN));
        return launches;
    }

    private static int BitsOrNaN(float value) => BitConverter.SingleToInt32Bits(float.IsNaN(value) ? float.NaN : value);
}
