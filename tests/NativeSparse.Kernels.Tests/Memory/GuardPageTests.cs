using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>No operand is read or written beyond its ends: a violation ends the process.</summary>
public sealed class GuardPageTests
{
    public static TheoryData<bool, int> Cases
    {
        get
        {
            var cases = new TheoryData<bool, int>();
            foreach (var atEnd in new[] { false, true })
            {
                foreach (var rows in new[] { 1, 2, 3, 6, 7, 13 })
                {
                    cases.Add(atEnd, rows);
                }
            }

            return cases;
        }
    }

    private static IEnumerable<(int Inputs, int Outputs, Precision Precision)> Products =>
        from precision in Precisions
        from shape in new[] { (1, 1), (5, 7), (17, 16), (31, 33), (401, 65), (3, 130) }
        select (shape.Item1, shape.Item2, precision);

    private static Precision[] Precisions => [Precision.Float32, Precision.BFloat16];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Dense_products_stay_inside(bool atEnd, int rows)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: needs mmap");
        foreach (var backend in new[] { Versions.Vector128(), Versions.Vector256(), Versions.Vector512() })
        {
            foreach (var (inputs, outputs, precision) in Products)
            {
                var random = new Random(rows);
                using var x = new GuardedMemory(rows * inputs, atEnd, random);
                using var y = new GuardedMemory(rows * outputs, atEnd);
                using var bias = new GuardedMemory(outputs, atEnd, random);
                using var multiplier = new GuardedMemory(rows * outputs, atEnd, random);
                using var weights = backend.Dense.Pack(Operand.Sample(random, inputs * outputs), inputs, outputs, precision);
                using var host = new Host();
                var epilogue = new Epilogue
                {
                    Bias = View.Create(bias.Address, 1, outputs),
                    Activation = new Activation(ActivationKind.Gelu),
                    Multiplier = View.Create(multiplier.Address, rows, outputs),
                };
                backend.Dense.Run(
                    host.Execution, View.Create(x.Address, rows, inputs), weights, epilogue, View.Create(y.Address, rows, outputs));
                Assert.True(float.IsFinite(y.Values(rows * outputs)[^1]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sparse_products_stay_inside(bool atEnd, int rows)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: needs mmap");
        foreach (var backend in new[] { Versions.Vector128(), Versions.Vector256(), Versions.Vector512() })
        {
            foreach (var height in new[] { 1, 2, 4, 8, 32 })
            {
                const int inputs = 19;
                const int outputs = 45;
                var random = new Random(rows);
                using var x = new GuardedMemory(rows * inputs, atEnd, random);
                using var y = new GuardedMemory(rows * outputs, atEnd);
                using var bias = new GuardedMemory(outputs, atEnd, random);
                using var weights = backend.Sparse.Pack(SparseProblem.Weights(inputs, outputs, height, 0.5));
                using var host = new Host();
                var epilogue = new Epilogue { Bias = View.Create(bias.Address, 1, outputs), Activation = new Activation(ActivationKind.Gelu) };
                backend.Sparse.Run(host.Execution, View.Create(x.Address, rows, inputs), weights, epilogue, View.Create(y.Address, rows, outputs));
                backend.Sparse.RunChannels(host.Execution, View.Create(x.Address, inputs, rows), weights, epilogue, View.Create(y.Address, outputs, rows));
                Assert.True(float.IsFinite(y.Values(rows * outputs)[^1]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Two_of_four_products_stay_inside(bool atEnd, int rows)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: needs mmap");
        foreach (var backend in new[] { Versions.Vector128(), Versions.Vector256(), Versions.Vector512() })
        {
            foreach (var (inputs, outputs) in new[] { (1, 1), (3, 8), (19, 45), (20, 64), (401, 33) })
            {
                var random = new Random(rows);
                using var x = new GuardedMemory(rows * inputs, atEnd, random);
                using var y = new GuardedMemory(rows * outputs, atEnd);
                using var bias = new GuardedMemory(outputs, atEnd, random);
                using var multiplier = new GuardedMemory(rows * outputs, atEnd, random);
                using var weights = backend.Sparse.Pack(TwoOfFourProblem.Weights(inputs, outputs));
                using var host = new Host();
                var epilogue = new Epilogue { Bias = View.Create(bias.Address, 1, outputs), Activation = new Activation(ActivationKind.Gelu) };
                var gated = epilogue with { Multiplier = View.Create(multiplier.Address, rows, outputs) };
                backend.Sparse.Run(host.Execution, View.Create(x.Address, rows, inputs), weights, gated, View.Create(y.Address, rows, outputs));
                Assert.True(float.IsFinite(y.Values(rows * outputs)[^1]));
                backend.Sparse.RunChannels(host.Execution, View.Create(x.Address, inputs, rows), weights, epilogue, View.Create(y.Address, outputs, rows));
                Assert.True(float.IsFinite(y.Values(rows * outputs)[^1]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Routing_and_experts_stay_inside(bool atEnd, int rows)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: needs mmap");
        foreach (var backend in new[] { Versions.Vector128(), Versions.Vector256(), Versions.Vector512() })
        {
            foreach (var (shape, precision) in Experts(rows))
            {
                var random = new Random(rows);
                using var scores = new GuardedMemory(rows * shape.Experts, atEnd, random);
                using var counts = new GuardedMemory(rows, atEnd);
                using var chosen = new GuardedMemory(rows * shape.Active, atEnd);
                using var weights = new GuardedMemory(rows * shape.Active, atEnd);
                using var x = new GuardedMemory(rows * shape.Inputs, atEnd, random);
                using var y = new GuardedMemory(rows * shape.Outputs, atEnd);
                using var packed = backend.Experts.Pack(shape.Sample(random), precision);
                using var host = new Host();
                var routing = new Routing
                {
                    Counts = View.Create(counts.Address, 1, rows, ElementType.Int32),
                    Experts = View.Create(chosen.Address, rows, shape.Active, ElementType.Int32),
                    Weights = View.Create(weights.Address, rows, shape.Active),
                };
                var options = new RoutingOptions { K = shape.Active, Weights = RoutingWeights.Softmax };
                backend.Routing.Run(host.Execution, View.Create(scores.Address, rows, shape.Experts), options, routing);
                backend.Experts.Run(
                    host.Execution, View.Create(x.Address, rows, shape.Inputs), routing, packed, 1, View.Create(y.Address, rows, shape.Outputs));
                Assert.True(float.IsFinite(y.Values(rows * shape.Outputs)[^1]));
            }
        }
    }

    private static IEnumerable<(ExpertShape Shape, Precision Precision)> Experts(int rows) =>
        from precision in Precisions
        from shape in new[]
        {
            new ExpertShape(rows, 5, 3, 4, 7, 2, HasBiases: true), new ExpertShape(rows, 17, 9, 16, 33, 9, IsGated: true, HasBiases: true),
        }
        select (shape, precision);
}
