using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What products with sparse activations read, write, allocate, share and keep.</summary>
public abstract unsafe class RowSparseMemoryContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Precision _precision;

    private protected RowSparseMemoryContract(Backend backend, Precision precision) => (_backend, _precision) = (backend, precision);

    [Fact]
    public void The_multiplier_may_be_the_destination()
    {
        using var problem = new RowSparseProblem(_backend, 20, 50, 2100, _precision);
        var expected = problem.Run(1, problem.Full);
        foreach (var threads in new[] { 1, 2 })
        {
            for (var t = 0; t < 20; t++)
            {
                problem.Multiplier.Row(t).CopyTo(problem.Y.Row(t));
            }

            Assert.Equal(expected, problem.Run(threads, problem.Full with { Multiplier = problem.Y.View }));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Operands_are_not_read_or_written_beyond_their_ends(bool atEnd)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: needs mmap");
        foreach (var (rows, inputs, outputs) in new[] { (1, 1, 1), (2, 7, 5), (7, 33, 33), (3, 65, 40), (3, 130, 64) })
        {
            var random = new Random(rows);
            using var x = new GuardedMemory(rows * inputs, atEnd, random);
            using var y = new GuardedMemory(rows * outputs, atEnd);
            using var bias = new GuardedMemory(outputs, atEnd, random);
            using var multiplier = new GuardedMemory(rows * outputs, atEnd, random);
            using var counts = new GuardedMemory(rows, atEnd);
            using var indices = new GuardedMemory(rows * inputs, atEnd);
            using var packed = _backend.RowSparse.Pack(Operand.Sample(random, inputs * outputs), inputs, outputs, _precision);
            using var host = new Host();
            var sets = new ActiveNeurons
            {
                Counts = View.Create(counts.Address, 1, rows, ElementType.Int32),
                Indices = View.Create(indices.Address, rows, inputs, ElementType.Int32),
                Values = View.Create(x.Address, rows, inputs),
            };
            for (var i = 0; i < rows * inputs; i++)
            {
                ((int*)counts.Address)[i / inputs] = inputs;
                ((int*)indices.Address)[i] = i % inputs;
            }

            var epilogue = new Epilogue
            {
                Bias = View.Create(bias.Address, 1, outputs),
                Activation = new Activation(ActivationKind.Gelu),
                Multiplier = View.Create(multiplier.Address, rows, outputs),
            };
            _backend.RowSparse.Run(host.Execution, sets, packed, epilogue, View.Create(y.Address, rows, outputs));
            x.Values(rows * inputs)[0] = 0;
            _backend.RowSparse.Run(host.Execution, View.Create(x.Address, rows, inputs), packed, epilogue, View.Create(y.Address, rows, outputs));
            Assert.True(float.IsFinite(y.Values(rows * outputs)[^1]));
        }
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        using var problem = new RowSparseProblem(_backend, 70, 50, 90, _precision);
        var sets = problem.Sets();
        foreach (var threads in new[] { 1, 2 })
        {
            using var host = new Host(threads);
            Limits.AssertAllocations(_backend, () => problem.RunOn(host, problem.Full));
            Limits.AssertAllocations(_backend, () => _backend.RowSparse.Run(host.Execution, sets, problem.Packed, problem.Full, problem.Y.View));
        }
    }

    [Fact]
    public void Concurrent_runs_share_the_weights()
    {
        using var problem = new RowSparseProblem(_backend, 20, 90, 150, _precision);
        var expected = problem.Run(1, default);
        Parallel.For(0, 4, _ =>
        {
            using var host = new Host(2);
            using var y = new Operand(20, 150);
            for (var i = 0; i < 5; i++)
            {
                _backend.RowSparse.Run(host.Execution, problem.Hidden.View, problem.Packed, default, y.View);
                Assert.Equal(expected, y.Values());
            }
        });
    }

    [Fact]
    public void Weights_come_back_as_they_were_packed()
    {
        using var problem = new RowSparseProblem(_backend, 1, 39, 77, _precision);
        using var dense = _backend.Dense.Pack(problem.Weights, 39, 77, _precision);
        var (expected, actual) = (new float[39 * 77], new float[39 * 77]);
        dense.Unpack(expected);
        problem.Packed.Unpack(actual);
        Assert.Equal(expected, actual);
        Assert.Equal((39, 77, _precision), (problem.Packed.InputWidth, problem.Packed.OutputWidth, problem.Packed.Precision));
        Assert.Equal(_backend.RowSparse.Version, problem.Packed.Version);
        Assert.True(problem.Packed.ByteCount >= 39 * 77 * (_precision == Precision.Int8 ? 1 : 4));
        Assert.Throws<ArgumentException>(() => problem.Packed.Unpack(new float[(39 * 77) - 1]));
        if (_precision == Precision.Int8)
        {
            Assert.Equal(dense.UnpackInt8().Values.ToArray(), problem.Packed.UnpackInt8().Values.ToArray());
            using var packed = _backend.RowSparse.Pack(dense.UnpackInt8());
            Assert.Equal(dense.UnpackInt8().Scales.ToArray(), packed.UnpackInt8().Scales.ToArray());
        }
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
