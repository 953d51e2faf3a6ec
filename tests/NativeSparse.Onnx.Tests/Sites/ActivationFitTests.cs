using Xunit;

namespace NativeSparse.Onnx.Tests;

public sealed class ActivationFitTests
{
    private static readonly (string Name, Func<double, double> Function)[] Functions =
        [.. KnownActivations.All, ("leaky_relu_0.1", v => v > 0 ? v : 0.1 * v), ("leaky_relu_0.01", v => v > 0 ? v : 0.01f * v)];

    public static TheoryData<string> Names => [.. Functions.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_activation_is_recognized_plain_scaled_and_gated_on_either_side(string name)
    {
        var function = Functions.Single(f => f.Name == name).Function;
        var (first, second) = ActivationFit.GatedGrid;

        var plain = ActivationFit.Plain(Array.ConvertAll(ActivationFit.PlainGrid, v => function(v)), half: false);
        var scaled = ActivationFit.Plain(Array.ConvertAll(ActivationFit.PlainGrid, v => -1.7 * function(v)), half: false);
        var left = ActivationFit.Gated([.. first.Zip(second, (s, u) => function(s) * u)], half: false);
        var right = ActivationFit.Gated([.. first.Zip(second, (s, u) => 2 * function(u) * s)], half: false);

        Assert.Equal((name, 1.0), (plain.Name, plain.Scale));
        Assert.Equal(name, scaled.Name);
        Assert.Equal(-1.7, scaled.Scale, 1e-9);
        Assert.Equal((name, 1.0), (left.Name, left.Scale));
        Assert.Equal((name, 2.0), (right.Name, right.Scale));
        if (name != "identity")
        {
            Assert.Equal((0, 1), (left.Gate, right.Gate));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_activation_is_recognized_with_constants_of_16_bits(string name)
    {
        var function = Functions.Single(f => f.Name == name).Function;

        var fit = ActivationFit.Plain(Array.ConvertAll(ActivationFit.PlainGrid, v => function(v * (1 + 2e-4)) * (1 - 2e-4)), half: true);

        Assert.Equal(name, fit.Name);
    }

    [Fact]
    public void Two_forms_of_gelu_are_told_apart_and_the_middle_is_refused()
    {
        var erf = KnownActivations.All.Single(k => k.Name == "gelu").Function;
        var tanh = KnownActivations.All.Single(k => k.Name == "gelu_tanh").Function;

        Assert.Equal("gelu", ActivationFit.Plain(Array.ConvertAll(ActivationFit.PlainGrid, v => erf(v) + (2e-5 * Math.Sin(v))), half: false).Name);
        Assert.Equal("gelu_tanh", ActivationFit.Plain(Array.ConvertAll(ActivationFit.PlainGrid, v => tanh(v) + (2e-5 * Math.Sin(v))), half: false).Name);
        var middle = ActivationFit.Plain(Array.ConvertAll(ActivationFit.PlainGrid, v => (erf(v) + tanh(v)) / 2), half: true);
        Assert.Null(middle.Name);
        Assert.Contains("not clear", middle.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shifted silu")]
    [InlineData("silu of 1.1 x")]
    [InlineData("elu with alpha 0.5")]
    [InlineData("hard sigmoid with slope 0.2")]
    [InlineData("relu above 1")]
    [InlineData("cube")]
    [InlineData("not finite")]
    [InlineData("constant")]
    public void Near_misses_are_refused_with_a_reason(string name)
    {
        Func<double, double> function = name switch
        {
            "shifted silu" => v => (v / (1 + Math.Exp(-v))) + 0.01,
            "silu of 1.1 x" => v => v / (1 + Math.Exp(-1.1 * v)),
            "elu with alpha 0.5" => v => v > 0 ? v : 0.5 * (Math.Exp(v) - 1),
            "hard sigmoid with slope 0.2" => v => Math.Clamp((0.2 * v) + 0.5, 0, 1),
            "relu above 1" => v => v > 1 ? v : 0,
            "cube" => v => v * v * v,
            "not finite" => v => Math.Log(v),
            _ => _ => 0,
        };

        var fit = ActivationFit.Plain(Array.ConvertAll(ActivationFit.PlainGrid, v => function(v)), half: false);

        Assert.Null(fit.Name);
        Assert.NotEmpty(fit.Reason);
    }
}
