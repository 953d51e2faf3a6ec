using ILGPU;

namespace NativeSparse.Kernels;

/// <summary><see cref="ScoreFeatures"/> on a device: one group for each token, each thread some experts.</summary>
internal static class ScoreFeatureKernel
{
    public static void Run(
        ScoreFeatureParameters p, ArrayView<float> scores, ArrayView<int> counts, ArrayView<int> chosen, ArrayView<float> features)
    {
        var token = Grid.IdxX;
        var line = (long)token * p.FeatureStride;
        for (var e = Group.IdxX; e < p.Experts; e += Group.DimX)
        {
            var isChosen = false;
            for (var i = 0; i < counts[token]; i++)
            {
                isChosen |= chosen[((long)token * p.ChoiceStride) + i] == e;
            }

            var value = scores[((long)token * p.ScoreStride) + e] - p.Threshold;
            if (p.BiasColumn >= 0)
            {
                features[line + p.BiasColumn + e] = isChosen ? 1 : 0;
            }

            if (p.UpColumn >= 0)
            {
                features[line + p.UpColumn + e] = isChosen ? value : 0;
            }

            if (p.DownColumn >= 0)
            {
                features[line + p.DownColumn + e] = isChosen ? 0 : value;
            }
        }
    }
}
