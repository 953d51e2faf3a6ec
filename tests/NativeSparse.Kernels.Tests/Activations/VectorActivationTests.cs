using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class VectorActivationTests
{
    public static TheoryData<ActivationKind> Kinds => new(Enum.GetValues<ActivationKind>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_version_is_within_the_stated_error(ActivationKind kind)
    {
        var activation = new Activation(kind, 0.1f);
        var values = Arguments();
        foreach (var backend in new[] { Versions.Reference(), Versions.Vector128(), Versions.Vector256(), Versions.Vector512() })
        {
            var results = Apply(backend, activation, values);
            for (var i = 0; i < values.Length; i++)
            {
                var exact = ReferenceActivation.Exact(activation, values[i]);
                var error = Math.Abs(results[i] - exact);
                Assert.True(error <= Tolerance.OfActivation(exact), $"{backend.Name} {activation.Name}({values[i]:R}) = {results[i]:R}, exact {exact:R}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Not_a_number_stays_and_infinities_give_the_limit(ActivationKind kind)
    {
        var activation = new Activation(kind, 0.1f);
        float[] values =
        [
            float.NaN, BitConverter.UInt32BitsToSingle(0x7FFFFFFF), BitConverter.UInt32BitsToSingle(0xFFC00001),
            float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue,
        ];
        foreach (var backend in new[] { Versions.Reference(), Versions.Vector128(), Versions.Vector256(), Versions.Vector512() })
        {
            var results = Apply(backend, activation, values);
            Assert.All(results[..3], result => Assert.True(float.IsNaN(result), backend.Name));
            for (var i = 3; i < values.Length; i++)
            {
                var exact = (float)ReferenceActivation.Exact(activation, values[i]);
                var isRight = float.IsInfinity(exact) || float.IsInfinity(results[i])
                    ? exact == results[i]
                    : Math.Abs((double)exact - results[i]) <= Tolerance.OfActivation(exact);
                Assert.True(isRight, $"{backend.Name} {activation.Name}({values[i]}) = {results[i]}, expected {exact}");
            }
        }
    }

    /// <summary>The activation as the epilogue of a product with the identity.</summary>
    private static float[] Apply(Backend backend, Activation activation, float[] values)
    {
        using var one = backend.Dense.Pack([1], 1, 1, Precision.Float32);
        using var x = new Operand(values.Length, 1);
        using var y = new Operand(values.Length, 1);
        using var host = new Host();
        for (var i = 0; i < values.Length; i++)
        {
            x.Row(i)[0] = values[i];
        }

        backend.Dense.Run(host.Execution, x.View, one, new Epilogue { Activation = activation }, y.View);
        return y.Values();
    }

    private static float[] Arguments()
    {
        var values = new List<float> { 0, -0f, 1e-30f, -1e-30f, 88, -88, 20, -20 };
        for (var x = -12f; x <= 12; x += 0.00173f)
        {
            values.Add(x);
        }

        for (var x = 1e-6f; x < 1e4; x *= 1.37f)
        {
            values.Add(x);
            values.Add(-x);
        }

        return [.. values];
    }
}
