namespace NativeSparse.Measurement;

/// <summary>Experts in the layout of ONNX Runtime's MoE operator: every matrix has its outputs as rows.</summary>
/// <param name="Experts">E.</param>
/// <param name="InputWidth">D.</param>
/// <param name="ExpertWidth">B.</param>
/// <param name="Up"><c>[E, B, D]</c>.</param>
/// <param name="UpBias"><c>[E, B]</c>.</param>
/// <param name="Down"><c>[E, D, B]</c>.</param>
internal sealed record MixtureWeights(int Experts, int InputWidth, int ExpertWidth, float[] Up, float[] UpBias, float[] Down)
{
    /// <summary>The experts that a network is cut into: equal ranges of its neurons.</summary>
    public static MixtureWeights Cut(BenchNetwork network, int experts)
    {
        var (d, h) = (network.InputWidth, network.HiddenWidth);
        var width = h / experts;
        var (up, down) = (new float[h * d], new float[h * d]);
        for (var b = 0; b < h; b++)
        {
            for (var k = 0; k < d; k++)
            {
                up[(b * d) + k] = network.Up[(k * h) + b];
                down[(((b / width * d) + k) * width) + (b % width)] = network.Down[(b * d) + k];
            }
        }

        return new MixtureWeights(experts, d, width, up, network.UpBias!, down);
    }
}
