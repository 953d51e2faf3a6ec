using BenchmarkDotNet.Attributes;
using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>
/// The 1x1 convolutions of MobileNetV2 on rows of channels with 90 % zeros, single weights and blocks of 4 output channels, images of 224x224:
/// beside own dense on rows of pixels and ONNX Runtime's Conv; a shape is pixels x input channels x output channels.
/// </summary>
public class SparseConvolutionBench : ComparedFamilyBench
{
    private const string Model = "mobilenetv2";

    [ParamsSource(nameof(BlockHeights))]
    public int BlockHeight { get; set; } = 1;

    public static IEnumerable<int> BlockHeights => KernelCase.ConvolutionHeights;

    public override IEnumerable<string> Shapes =>
        KernelShape.Known.First(shape => shape.Name == Model).Products.Select(product => FormattableString.Invariant($"{product.Positions}x{product}"));

    public override IEnumerable<int> TokenCounts => [1];

    public override IEnumerable<Precision> Precisions => [Precision.Float32];

    internal override KernelFamily Family => KernelFamily.Sparse;

    internal override KernelCase Case
    {
        get
        {
            var image = KernelCase.Parse(Family, Shape);
            return image with { Tokens = Tokens * image.Tokens, BlockHeight = BlockHeight, IsChannelMajor = true };
        }
    }

    [GlobalSetup(Target = nameof(OwnDense))]
    public void SetUpOwnDense() => SetUp((problem, backend) => problem.PrepareDense(backend));

    [Benchmark]
    public void OwnDense() => Run();
}
