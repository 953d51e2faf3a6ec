using NativeSparse.Conversion;
using NativeSparse.Tests.Models;
using Xunit;

namespace NativeSparse.Tests.Session;

/// <summary>What a device does not have, asked for with a whole model.</summary>
[Trait("Needs", "Device")]
public sealed class DeviceRefusalTests
{
    [Fact]
    public void Int4_names_the_site_and_what_there_is()
    {
        var options = new SparseOptions { Backend = "ilgpu-cpu", Plan = new ConversionPlan { DefaultForm = "dense", DefaultPrecision = "int4" } };

        var refusal = Assert.Throws<NotSupportedException>(() => SparseEngine.Load(Novella.Path, options, TestContext.Current.CancellationToken));
        Assert.Contains("site '", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("ilgpu-cpu has no Int4", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'cpu'", refusal.Message, StringComparison.Ordinal);
    }
}
