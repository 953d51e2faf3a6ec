using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Experts that are ranges of a shared network give, bit for bit, what the same experts give as copies.</summary>
public abstract class ExpertSliceContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Precision _precision;

    private protected ExpertSliceContract(Backend backend, Precision precision) => (_backend, _precision) = (backend, precision);

    /// <summary>Tokens, inputs, neurons, outputs, active experts; then start and length of each expert.</summary>
    public static TheoryData<int, int, int, int, int, int[]> Shapes => new()
    {
        { 0, 4, 8, 3, 1, [0, 4, 4, 4] },
        { 1, 1, 1, 1, 1, [0, 1] },
        { 1, 40, 128, 33, 2, [0, 32, 32, 32, 64, 32, 96, 32] },
        { 2, 17, 70, 40, 3, [0, 9, 3, 50, 69, 1, 20, 50] },
        { 13, 390, 64, 90, 2, [0, 8, 8, 8, 56, 8] },
        { 40, 24, 1000, 35, 2, [0, 400, 200, 400, 380, 10, 600, 400, 383, 1] },
        { 130, 33, 800, 64, 1, [1, 798, 0, 800, 385, 400] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Plain_ranges_are_the_same_as_copies(int tokens, int inputs, int neurons, int outputs, int active, int[] ranges) =>
        Check(tokens, inputs, neurons, outputs, active, ranges, isGated: false);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gated_ranges_with_biases_are_the_same_as_copies(int tokens, int inputs, int neurons, int outputs, int active, int[] ranges) =>
        Check(tokens, inputs, neurons, outputs, active, ranges, isGated: true);

    [Fact]
    public void They_hold_no_weights_and_leave_the_matrices_to_their_owner()
    {
        using var network = new SharedNetwork(_backend, 640, 512, 48, isGated: true, _precision);
        var experts = _backend.Experts.Slice(network.Matrices, [new(0, 256), new(128, 384)]);
        if (_backend is not ReferenceBackend)
        {
            Assert.InRange(experts.ByteCount, 1, network.Matrices.Up.ByteCount / 10);
        }

        experts.Dispose();
        experts.Dispose();
        network.Matrices.Up.Unpack(new float[640 * 512]);
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        Assert.SkipWhen(_backend is ReferenceBackend && _precision == Precision.Int8, "skipped: plain loops allocate");
        using var network = new SharedNetwork(_backend, 40, 96, 24, isGated: true, _precision);
        using var experts = _backend.Experts.Slice(network.Matrices, [new(0, 40), new(30, 50), new(70, 26)]);
        using var x = new Operand(20, 40, random: new Random(1));
        using var y = new Operand(20, 24);
        using var routed = Route(20, 3, 2);
        foreach (var threads in new[] { 1, 2 })
        {
            using var host = new Host(threads);
            Limits.AssertAllocations(_backend, () => _backend.Experts.Run(host.Execution, x.View, routed.Routing, experts, 1, y.View));
        }
    }

    [Fact]
    public void Ranges_and_networks_that_do_not_fit_are_refused()
    {
        using var network = new SharedNetwork(_backend, 8, 16, 8, isGated: false, _precision);
        var experts = _backend.Experts;
        foreach (var slice in new ExpertSlice[] { new(-1, 4), new(0, 0), new(0, 17), new(13, 4), new(int.MaxValue, 1), new(1, int.MaxValue) })
        {
            Assert.Throws<ShapeMismatchException>(() => experts.Slice(network.Matrices, [new(0, 4), slice]));
        }

        Assert.Throws<ShapeMismatchException>(() => experts.Slice(network.Matrices, []));
        if (_precision == Precision.Int8)
        {
            var tooMany = Enumerable.Repeat(new ExpertSlice(0, 16), (QuantizedExpertWeights.MaxHiddenWidth / 16) + 1).ToArray();
            Assert.Throws<ShapeMismatchException>(() => experts.Slice(network.Matrices, tooMany));
        }

        using var bias = new Operand(1, 8);
        Assert.Throws<ShapeMismatchException>(() => experts.Slice(network.WithDownBias(bias.View), [new(0, 4)]));
        using var other = _backend.Dense.Pack(new float[16 * 8], 16, 8, _precision == Precision.Int8 ? Precision.Float32 : Precision.Int8);
        Assert.Throws<NotSupportedException>(() => experts.Slice(network.WithDown(other), [new(0, 4)]));
        using var halfBytes = new SharedNetwork(_backend, 32, 32, 32, isGated: false, Precision.Int4);
        Assert.Throws<NotSupportedException>(() => experts.Slice(halfBytes.Matrices, [new(0, 4)]));
        using var wide = _backend.Dense.Pack(new float[17 * 8], 17, 8, _precision);
        Assert.Throws<ShapeMismatchException>(() => experts.Slice(network.WithDown(wide), [new(0, 4)]));
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Check(int tokens, int inputs, int neurons, int outputs, int active, int[] ranges, bool isGated)
    {
        var slices = ranges.Chunk(2).Select(range => new ExpertSlice(range[0], range[1])).ToArray();
        using var network = new SharedNetwork(_backend, inputs, neurons, outputs, isGated, _precision);
        using var experts = _backend.Experts.Slice(network.Matrices, slices);
        using var copies = _precision == Precision.Int8
            ? _backend.Experts.Pack(experts.UnpackInt8())
            : _backend.Experts.Pack(experts.Unpack(), _precision);
        using var routed = Route(tokens, slices.Length, active);
        using var x = new Operand(tokens, inputs, gap: 3, random: new Random(tokens));
        using var expected = new Operand(tokens, outputs);
        using (var host = new Host())
        {
            _backend.Experts.Run(host.Execution, x.View, routed.Routing, copies, 0.5f, expected.View);
        }

        Assert.True(tokens == 0 || expected.Values().Any(value => value != 0));
        foreach (var threads in new[] { 1, 2, 3 })
        {
            using var host = new Host(threads);
            using var y = new Operand(tokens, outputs, gap: 1);
            _backend.Experts.Run(host.Execution, x.View, routed.Routing, experts, 0.5f, y.View);
            Assert.Equal(expected.Values(), y.Values());
            Assert.True(y.GapsAreUntouched());
        }
    }

    private RoutingRun Route(int tokens, int experts, int active) => new(
        _backend, tokens, experts, Operand.Sample(new Random(active), tokens * experts),
        new RoutingOptions { K = active, Weights = RoutingWeights.Softmax }, active);
}
