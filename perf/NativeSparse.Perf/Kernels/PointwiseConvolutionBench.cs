using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>
/// The 1x1 convolutions of MobileNetV2 as products of their pixels, images of 224x224: a shape is pixels x input channels x output channels,
/// the tokens are images.
/// </summary>
public class PointwiseConvolutionBench : ComparedFamilyBench
{
    private const string Model = "mobilenetv2";

    public override IEnumerable<string> Shapes =>
        KernelShape.Known.First(shape => shape.Name == Model).Products.Select(product => FormattableString.Invariant($"{product.Positions}x{product}"));

    public override IEnumerable<int> TokenCounts => [1];

    public override IEnumerable<Precision> Precisions => Enum.GetValues<Precision>();

    internal override KernelFamily Family => KernelFamily.Dense;

    internal override KernelCase Case
    {
        get
        {
            var image = KernelCase.Parse(Family, Shape);
            return image with { Tokens = Tokens * image.Tokens, Precision = Precision };
        }
    }
}
