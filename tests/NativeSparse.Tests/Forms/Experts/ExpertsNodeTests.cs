using NativeSparse.Conversion;
using NativeSparse.Onnx;
using NativeSparse.Tests.Models;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts;

public sealed class ExpertsNodeTests
{
    private const int Up = 0;
    private const int Gate = 2;
    private const int Down = 4;

    private static readonly Lazy<FormNode> _float32 = new(() => Convert("float32"));
    private static readonly Lazy<FormNode> _bfloat16 = new(() => Convert("bfloat16"));

    [Theory]
    [InlineData("k", 0L)]
    [InlineData("k", 1L << 40)]
    [InlineData("k", -1L << 40)]
    [InlineData("threshold", float.NaN)]
    [InlineData("scale", float.NaN)]
    [InlineData("select", "none")]
    public void An_attribute_that_means_nothing_is_named(string name, object value)
    {
        var node = _float32.Value;
        var attributes = new Dictionary<string, object>(node.Attributes) { [name] = value };

        var exception = Assert.Throws<ModelFormatException>(
            () => NativeSparse.Forms.Experts.ExpertsNode.Read(node with { Attributes = attributes }));

        Assert.Contains($"'{name}'", exception.Message, StringComparison.Ordinal);
        Assert.Equal(node.Name, exception.Site);
    }

    [Fact]
    public void A_file_at_bfloat16_holds_bfloat16_matrices_and_float32_for_the_rest()
    {
        var node = _bfloat16.Value;
        for (var index = 0; index < node.Constants.Count; index++)
        {
            if (node.Constants[index] is { } constant)
            {
                Assert.Equal(index is Up or Gate or Down ? "bfloat16" : "float32", constant.ElementType);
            }
        }

        var up = node.Constants[Up]!;
        Assert.Equal(sizeof(ushort) * up.Shape.Aggregate(1L, (size, length) => size * length), up.Data.Length);
    }

    [Theory]
    [InlineData(Up, "up")]
    [InlineData(Down, "down")]
    public void A_bfloat16_matrix_beside_a_float32_one_is_refused(int index, string name)
    {
        var (halves, singles) = (_bfloat16.Value, _float32.Value);
        ConstantTensor?[] mixed = [.. halves.Constants];
        mixed[index] = singles.Constants[index];

        var exception = Assert.Throws<ModelFormatException>(
            () => NativeSparse.Forms.Experts.ExpertsNode.Read(halves with { Constants = mixed }));

        Assert.Contains(name == "up" ? "'down'" : "'down' is float32", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    public void A_gate_of_another_shape_is_refused(string precision)
    {
        var node = (precision == "float32" ? _float32 : _bfloat16).Value;
        ConstantTensor?[] wrong = [.. node.Constants];
        wrong[Gate] = wrong[Down];

        var exception = Assert.Throws<ModelFormatException>(
            () => NativeSparse.Forms.Experts.ExpertsNode.Read(node with { Constants = wrong }));

        Assert.Contains("input 'gate' is [", exception.Message, StringComparison.Ordinal);
    }

    private static FormNode Convert(string precision)
    {
        var folder = Directory.CreateTempSubdirectory("nativesparse-tests-");
        try
        {
            var path = Path.Combine(folder.FullName, "out.onnx");
            var plan = ConversionPlan.ForEverySite("experts", "contiguous") with { DefaultPrecision = precision };
            ModelConverter.Convert(Novella.Path, path, plan, cancellation: TestContext.Current.CancellationToken);
            return OnnxModel.Load(path).FindNodes("nativesparse")[0];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
