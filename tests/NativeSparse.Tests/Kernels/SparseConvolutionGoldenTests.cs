using NativeSparse.Kernels;
using NativeSparse.Tests.Forms.Experts.Converters;
using Xunit;

namespace NativeSparse.Tests.Kernels;

/// <summary>Sparse 1x1 convolutions in XNNPACK's packed form: the same streams, and outputs within 1e-5.</summary>
public sealed unsafe class SparseConvolutionGoldenTests
{
    public static TheoryData<string> Cases => [.. GoldenCase.List("xnnpack-spmm").Select(row => row.Data)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Outputs_and_streams_are_the_same(string file)
    {
        var golden = GoldenCase.Open("xnnpack-spmm", file);
        var (outputs, inputs) = (golden.Shape("weight")[0], golden.Shape("weight")[1]);
        var dense = golden.Linear("weight");
        var single = SparseWeights.FromDense(dense, inputs, outputs, 1);
        Assert.Equal(golden.Integers("block1.channels"), single.Inputs.ToArray());
        Assert.Equal(golden.Integers("block1.nonzeros"), Enumerable.Range(0, outputs).Select(n => single.Starts.Span[n + 1] - single.Starts.Span[n]));
        foreach (var name in GoldenBackends.Names)
        {
            using var backend = BackendCatalog.Open(name);
            foreach (var height in new[] { 1, 2, 4 })
            {
                Check(golden, backend, SparseWeights.FromDense(dense, inputs, outputs, height));
            }
        }
    }

    private static void Check(GoldenCase golden, Backend backend, SparseWeights weights)
    {
        var images = golden.Shape("x")[0];
        var pixels = golden.Shape("x")[2] * golden.Shape("x")[3];
        var (least, most) = ((float)golden.Settings.GetProperty("min").GetDouble(), (float)golden.Settings.GetProperty("max").GetDouble());
        using var scratch = new Scratch();
        using var packed = backend.Sparse.Pack(weights);
        var (x, y, bias) = (golden.Floats("x"), new float[images * weights.OutputWidth * pixels], golden.Floats("bias"));
        fixed (float* source = x)
        fixed (float* target = y)
        fixed (float* biases = bias)
        {
            for (var image = 0; image < images; image++)
            {
                backend.Sparse.RunChannels(
                    new Execution(SerialSplitter.Instance, scratch),
                    View.Create((nint)(source + (image * weights.InputWidth * pixels)), weights.InputWidth, pixels),
                    packed,
                    new Epilogue { Bias = View.Create((nint)biases, 1, weights.OutputWidth) },
                    View.Create((nint)(target + (image * weights.OutputWidth * pixels)), weights.OutputWidth, pixels));
            }
        }

        Closeness.Check(golden.Floats("y"), [.. y.Select(value => (double)Math.Clamp(value, least, most))], $"{backend.Name}, {weights.BlockHeight} outputs a block");
    }
}
