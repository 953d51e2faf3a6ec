using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>One network D -> H -> D of a benchmark, with weights of its own: ONNX Runtime merges equal ones.</summary>
internal sealed class BenchNetwork
{
    /// <param name="inputWidth">D.</param>
    /// <param name="hiddenWidth">H.</param>
    /// <param name="seed">Of its weights.</param>
    /// <param name="hasGelu">Whether it has biases and GELU between its products; without, it is two products.</param>
    /// <param name="hasDownBias">Whether the second product has a bias too.</param>
    /// <param name="isGated">Whether it is gated by SiLU instead, without biases.</param>
    public BenchNetwork(int inputWidth, int hiddenWidth, int seed, bool hasGelu, bool hasDownBias = true, bool isGated = false)
    {
        InputWidth = inputWidth;
        HiddenWidth = hiddenWidth;
        Activation = new Activation(isGated ? ActivationKind.Silu : hasGelu ? ActivationKind.Gelu : ActivationKind.Identity);
        var hasBias = hasGelu && !isGated;
        var random = new Random(seed);
        Up = Sample(random, inputWidth * hiddenWidth, inputWidth);
        Down = Sample(random, inputWidth * hiddenWidth, hiddenWidth);
        UpBias = hasBias ? Sample(random, hiddenWidth, 1) : null;
        DownBias = hasBias && hasDownBias ? Sample(random, inputWidth, 1) : null;
        Gate = isGated ? Sample(random, inputWidth * hiddenWidth, inputWidth) : null;
    }

    public int InputWidth { get; }

    public int HiddenWidth { get; }

    /// <summary>Of the up product, or of the gate.</summary>
    public Activation Activation { get; }

    /// <summary><c>[D, H]</c>, where it is gated.</summary>
    public float[]? Gate { get; }

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
