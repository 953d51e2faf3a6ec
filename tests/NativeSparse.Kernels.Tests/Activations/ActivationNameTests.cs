using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ActivationNameTests
{
    [Fact]
    public void Every_kind_has_a_name_that_reads_back()
    {
        foreach (var kind in Enum.GetValues<ActivationKind>())
        {
            var activation = new Activation(kind, kind == ActivationKind.LeakyRelu ? 0.01f : 0);
            Assert.Equal(activation, Activation.Parse(activation.Name));
            Assert.Equal(activation.Name, activation.Name.ToLowerInvariant());
        }

        Assert.Equal("leaky_relu_0.1", new Activation(ActivationKind.LeakyRelu, 0.1f).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GELU")]
    [InlineData("leaky_relu")]
    [InlineData("leaky_relu_x")]
    [InlineData("leaky_relu_NaN")]
    public void Unknown_names_are_refused(string name) => Assert.Throws<FormatException>(() => Activation.Parse(name));
}
