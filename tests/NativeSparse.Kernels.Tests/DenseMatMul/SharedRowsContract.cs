using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Several products of the same rows give, bit for bit, what each gives alone.</summary>
public abstract class SharedRowsContract : IDisposable
{
    private const int Inputs = 70;
    private static readonly int[] Widths = [64, 7, 1, 40];
    private static readonly int[] Rows = [0, 1, 5, 37];
    private static readonly string[] Mixtures = ["Float32", "BFloat16", "Int8", "Int4", "Int8,Float32", "Int4,Int8"];
    private readonly Backend _backend;

    private protected SharedRowsContract(Backend backend) => _backend = backend;

    public static TheoryData<int, string> Cases => new(
        from rows in Rows
        from mixture in Mixtures
        select (rows, mixture));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_product_gives_its_own_bits(int rows, string mixture)
    {
        Precision[] precisions = [.. mixture.Split(',').Select(Enum.Parse<Precision>)];
        Assert.SkipUnless(precisions.All(_backend.Has), $"{_backend.Name} has no such matrices");
        var random = new Random(rows);
        using var x = new Operand(rows, Inputs, gap: 3, random: random);
        var weights = Widths.Select((width, i) => _backend.Dense.Pack(
            Operand.Sample(random, Inputs * width), Inputs, width, precisions[i % precisions.Length])).ToArray();
        var biases = Widths.Select(width => new Operand(1, width, random: random)).ToArray();
        var outputs = Widths.Select(width => new Operand(rows, width, gap: 2)).ToArray();
        var epilogues = biases.Select((bias, i) => new Epilogue
        {
            Bias = i == 2 ? default : bias.View,
            Activation = i == 1 ? new Activation(ActivationKind.Relu) : default,
        }).ToArray();
        foreach (var threads in new[] { 1, 3 })
        {
            using var host = new Host(threads);
            _backend.Dense.RunMany(host.Execution, x.View, weights, epilogues, [.. outputs.Select(y => y.View)]);
            for (var i = 0; i < Widths.Length; i++)
            {
                using var alone = new Operand(rows, Widths[i]);
                _backend.Dense.Run(host.Execution, x.View, weights[i], epilogues[i], alone.View);
                Assert.Equal(alone.Values(), outputs[i].Values());
                Assert.True(outputs[i].GapsAreUntouched());
            }
        }

        foreach (var owned in weights.Concat<IDisposable>(biases).Concat(outputs))
        {
            owned.Dispose();
        }
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused_before_anything_is_written()
    {
        using var weights = _backend.Dense.Pack(Operand.Sample(new Random(1), Inputs * 8), Inputs, 8, Precision.Float32);
        using var x = new Operand(2, Inputs, random: new Random(2));
        using var y = new Operand(2, 8, fill: 7);
        using var narrow = new Operand(2, 5, fill: 7);
        using var host = new Host();

        Assert.Throws<ShapeMismatchException>(() => _backend.Dense.RunMany(
            host.Execution, x.View, [weights, weights], [default, default], [y.View, narrow.View]));
        Assert.Throws<ArgumentException>(() => _backend.Dense.RunMany(host.Execution, x.View, [weights, weights], [default, default], [y.View]));
        Assert.Throws<ArgumentException>(() => _backend.Dense.RunMany(host.Execution, x.View, [weights], [], [y.View]));
        Assert.All(y.Values(), value => Assert.Equal(7, value));
        _backend.Dense.RunMany(host.Execution, x.View, [], [], []);
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        Assert.SkipWhen(_backend.IsDevice, "ILGPU allocates some memory for each launch");
        using var first = _backend.Dense.Pack(Operand.Sample(new Random(1), Inputs * 8), Inputs, 8, Precision.Int8);
        using var second = _backend.Dense.Pack(Operand.Sample(new Random(2), Inputs * 8), Inputs, 8, Precision.Int8);
        using var x = new Operand(9, Inputs, random: new Random(3));
        using var y = new Operand(9, 8);
        using var z = new Operand(9, 8);
        using var host = new Host();
        PackedMatrix[] weights = [first, second];
        View[] outputs = [y.View, z.View];
        var epilogues = new Epilogue[2];
        var before = 0L;
        for (var run = 0; run < 3; run++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            _backend.Dense.RunMany(host.Execution, x.View, weights, epilogues, outputs);
            before = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, before);
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
