using NativeSparse.Forms.Experts;
using NativeSparse.Forms.Experts.Converters;
using NativeSparse.Onnx;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts.Converters;

/// <summary>What every converter that divides the neurons has in common.</summary>
public sealed class LosslessTests
{
    private static readonly IExpertsConverter[] Converters = [new DefaultConverter(), new ContiguousConverter(), new FactorLlmConverter()];

    public static TheoryData<string> Names => new(Converters.Select(converter => converter.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void All_experts_active_equals_dense_for_every_combination_of_biases(string name)
    {
        foreach (var gated in new[] { false, true })
        {
            for (var present = 0; present < 8; present++)
            {
                var full = RandomSite.Weights(7, 11, 5, gated, activation: gated ? "silu" : "gelu");
                CheckDense(name, new FeedForwardWeights
                {
                    Kind = full.Kind,
                    Activation = full.Activation,
                    InputWidth = full.InputWidth,
                    HiddenWidth = full.HiddenWidth,
                    OutputWidth = full.OutputWidth,
                    Up = full.Up,
                    UpBias = (present & 1) != 0 ? full.UpBias : null,
                    Gate = full.Gate,
                    GateBias = (present & 2) != 0 ? full.GateBias : null,
                    Down = full.Down,
                    DownBias = (present & 4) != 0 ? full.DownBias : null,
                });
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void More_experts_than_neurons_and_wrong_shares_are_refused(string name)
    {
        var context = RandomSite.Context(RandomSite.Weights(7, 11, 5));
        var wrong = new[]
        {
            new ExpertsOptions { Experts = 12 },
            new ExpertsOptions { Experts = 0 },
            new ExpertsOptions { Experts = 4, K = 5 },
            new ExpertsOptions { Experts = 4, K = 0 },
            new ExpertsOptions { Experts = 4, Active = 0 },
            new ExpertsOptions { Experts = 4, Active = double.NaN },
            new ExpertsOptions { Experts = 4, Active = 1.5 },
            new ExpertsOptions { Experts = 4, Select = "best" },
        };
        foreach (var options in wrong)
        {
            var refused = Assert.Throws<ConversionException>(() => Find(name).Convert(context, options));
            Assert.Equal("/layer.0/ffn", refused.Site);
            Assert.Equal("experts", refused.Form);
            Assert.Contains("/layer.0/ffn", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_activation_no_kernel_knows_is_refused(string name)
    {
        var context = RandomSite.Context(RandomSite.Weights(7, 11, 5, activation: "softsign"));
        var refused = Assert.Throws<ConversionException>(() => Find(name).Convert(context, new ExpertsOptions { Experts = 2, Active = 1 }));
        Assert.Contains("softsign", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(refused.InnerException);
    }

    private static IExpertsConverter Find(string name) => Converters.Single(converter => converter.Name == name);

    private static void CheckDense(string name, FeedForwardWeights weights)
    {
        var x = RandomSite.Inputs(6, weights.InputWidth);
        foreach (var experts in new[] { 1, 2, 3, 4, weights.HiddenWidth })
        {
            var options = new ExpertsOptions { Experts = experts, Active = 1 };
            var conversion = Find(name).Convert(RandomSite.Context(weights), options);
            Assert.Equal(1, conversion.Parameters.Scale);
            for (var t = 0; t < 6; t++)
            {
                var row = x.AsSpan(t * weights.InputWidth, weights.InputWidth);
                float[] dense = [.. ExpertsReference.Dense(weights, row).Select(value => (float)value)];
                Closeness.Check(dense, ExpertsReference.Run(conversion.Parameters, row), $"{name}, {experts} experts");
            }
        }
    }
}
