namespace NativeSparse.Measurement;

/// <summary>Pointwise (1x1) convolutions as products: a row for each pixel.</summary>
internal static class PointwiseProducts
{
    private const int Stem = 32;
    private const int Head = 1280;
    private const int StemSide = 112;

    /// <summary>Expansion, channels, repetitions and stride of each stage (MobileNetV2, arXiv 1801.04381, table 2), for images of 224x224.</summary>
    private static readonly (int Expansion, int Channels, int Count, int Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    /// <summary>The different ones of MobileNetV2, in the order of the model.</summary>
    public static IReadOnlyList<KernelProduct> MobileNetV2 { get; } = [.. List().Distinct()];

    private static IEnumerable<KernelProduct> List()
    {
        var (channels, side) = (Stem, StemSide);
        foreach (var stage in Stages)
        {
            for (var block = 0; block < stage.Count; block++)
            {
                var hidden = channels * stage.Expansion;
                if (stage.Expansion > 1)
                {
                    yield return new KernelProduct(channels, hidden, side * side);
                }

                side /= block == 0 ? stage.Stride : 1;
                yield return new KernelProduct(hidden, stage.Channels, side * side);
                channels = stage.Channels;
            }
        }

        yield return new KernelProduct(channels, Head, side * side);
    }
}
