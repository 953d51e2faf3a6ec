using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>A dense network cut into experts: equal ranges of its neurons.</summary>
internal static class ExpertCut
{
    public static ExpertWeights Of(BenchNetwork network, int experts, Activation activation) => new()
    {
        Experts = experts,
        InputWidth = network.InputWidth,
        ExpertWidth = network.HiddenWidth / experts,
        OutputWidth = network.InputWidth,
        Activation = activation,
        Up = ByExpert(network, network.Up, experts),
        UpBias = network.UpBias,
        Gate = network.Gate is { } gate ? ByExpert(network, gate, experts) : default,
        Down = network.Down,
    };

    /// <summary><c>[D, H]</c> cut into <c>[E, D, H / E]</c>.</summary>
    private static float[] ByExpert(BenchNetwork network, float[] matrix, int experts)
    {
        var width = network.HiddenWidth / experts;
        var cut = new float[matrix.Length];
        for (var e = 0; e < experts; e++)
        {
            for (var k = 0; k < network.InputWidth; k++)
            {
                matrix.AsSpan((k * network.HiddenWidth) + (e * width), width).CopyTo(cut.AsSpan(((e * network.InputWidth) + k) * width, width));
            }
        }

        return cut;
    }
}
