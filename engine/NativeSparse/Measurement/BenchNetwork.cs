namespace NativeSparse.Measurement;

/// <summary>One network D -> H -> D of a benchmark, with weights of its own: ONNX Runtime merges equal ones.</summary>
internal sealed class BenchNetwork
{
    /// <param name="inputWidth">D.</param>
    /// <param name="hiddenWidth">H.</param>
    /// <param name="seed">Of its weights.</param>
    /// <param name="hasGelu">Whether it has biases and GELU between its products; without, it is two products.</param>
    /// <param name="hasDownBias">Whether the second product has a bias too.</param>
    public BenchNetwork(int inputWidth, int hiddenWidth, int seed, bool hasGelu, bool hasDownBias = true)
    {
        InputWidth = inputWidth;
        HiddenWidth = hiddenWidth;
        HasGelu = hasGelu;
        var random = new Random(seed);
        Up = Sample(random, inputWidth * hiddenWidth, inputWidth);
        Down = Sample(random, inputWidth * hiddenWidth, hiddenWidth);
        UpBias = hasGelu ? Sample(random, hiddenWidth, 1) : null;
        DownBias = hasGelu && hasDownBias ? Sample(random, inputWidth, 1) : null;
    }

    public int InputWidth { get; }

    public int HiddenWidth { get; }

    public bool HasGelu { get; }

    /// <summary><c>[D, H]</c>.</summary>
    public float[] Up { get; }

    public float[]? UpBias { get; }

    /// <summary><c>[H, D]</c>.</summary>
    public float[] Down { get; }

    public float[]? DownBias { get; }

    /// <summary>Uniform weights that keep the size of what they are multiplied with.</summary>
    private static float[] Sample(Random random, int count, int inputs)
    {
        var values = new float[count];
        var width = MathF.Sqrt(12f / inputs);
        foreach (ref var value in values.AsSpan())
        {
            value = (random.NextSingle() - 0.5f) * width;
        }

        return values;
    }
}
