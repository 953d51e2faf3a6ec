using NativeSparse.Calibration;
using NativeSparse.Forms;
using NativeSparse.Kernels;
using NativeSparse.Numerics;
using NativeSparse.Onnx;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts.Converters;

/// <summary>Seeded dense sites and contexts for converters.</summary>
internal static class RandomSite
{
    private static readonly Backend Shared = BackendCatalog.Open();

    public static FeedForwardWeights Weights(
        int d, int h, int o, bool gated = false, bool biases = true, string activation = "gelu", int seed = 7)
    {
        var normal = new NormalSource(seed);
        return new FeedForwardWeights
        {
            Kind = gated ? FeedForwardKind.Gated : FeedForwardKind.Plain,
            Activation = activation,
            InputWidth = d,
            HiddenWidth = h,
            OutputWidth = o,
            Up = Normal(normal, d * h, 1 / Math.Sqrt(d)),
            UpBias = biases ? Normal(normal, h, 0.3) : null,
            Gate = gated ? Normal(normal, d * h, 1 / Math.Sqrt(d)) : null,
            GateBias = gated && biases ? Normal(normal, h, 0.3) : null,
            Down = Normal(normal, h * o, 1 / Math.Sqrt(h)),
            DownBias = biases ? Normal(normal, o, 0.3) : null,
        };
    }

    public static float[] Inputs(int tokens, int d, int seed = 11) => Normal(new NormalSource(seed), tokens * d, 1);

    public static ConversionContext Context(
        FeedForwardWeights weights, SiteSample? sample = null, IProgress<double>? progress = null, CancellationTokenSource? stop = null,
        WorkSplitter? splitter = null) => new()
        {
            Site = "/layer.0/ffn",
            Weights = weights,
            Sample = sample,
            Backend = Shared,
            Splitter = splitter ?? SerialSplitter.Instance,
            Progress = progress,
            Cancellation = stop?.Token ?? TestContext.Current.CancellationToken,
        };

    private static float[] Normal(NormalSource normal, int count, double deviation)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(normal.Next() * deviation);
        }

        return values;
    }
}
