using NativeSparse.Conversion;
using NativeSparse.Onnx;
using NativeSparse.Tests.Models;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts;

public sealed class ExpertsNodeTests
{
    [Theory]
    [InlineData("k", 0L)]
    [InlineData("k", 1L << 40)]
    [InlineData("k", -1L << 40)]
    [InlineData("threshold", float.NaN)]
    [InlineData("scale", float.NaN)]
    [InlineData("select", "none")]
    public void An_attribute_that_means_nothing_is_named(string name, object value)
    {
        var folder = Directory.CreateTempSubdirectory("nativesparse-tests-");
        try
        {
            var path = Path.Combine(folder.FullName, "out.onnx");
            ModelConverter.Convert(
                Novella.Path, path, ConversionPlan.ForEverySite("experts", "contiguous"), cancellation: TestContext.Current.CancellationToken);
            var node = OnnxModel.Load(path).FindNodes("nativesparse")[0];
            var attributes = new Dictionary<string, object>(node.Attributes) { [name] = value };

            var exception = Assert.Throws<ModelFormatException>(
                () => NativeSparse.Forms.Experts.ExpertsNode.Read(node with { Attributes = attributes }));

            Assert.Contains($"'{name}'", exception.Message, StringComparison.Ordinal);
            Assert.Equal(node.Name, exception.Site);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
