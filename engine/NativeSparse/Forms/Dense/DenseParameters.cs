using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Dense;

/// <summary>The dense network itself, its matrices at their precision.</summary>
internal sealed record DenseParameters : FormParameters
{
    /// <summary>The activation's name.</summary>
    public required string Activation { get; init; }

    /// <summary><c>[D, H]</c>.</summary>
    public required FormMatrix Up { get; init; }

    /// <summary><c>[H]</c>, or null.</summary>
    public float[]? UpBias { get; init; }

    /// <summary><c>[D, H]</c>; null for a plain network.</summary>
    public FormMatrix? Gate { get; init; }

    /// <summary><c>[H]</c>, or null.</summary>
    public float[]? GateBias { get; init; }

    /// <summary><c>[H, O]</c>.</summary>
    public required FormMatrix Down { get; init; }

    /// <summary><c>[O]</c>, or null.</summary>
    public float[]? DownBias { get; init; }

    /// <summary>The parameters of dense weights at a precision.</summary>
    public static DenseParameters Create(FeedForwardWeights weights, Precision precision) => new()
    {
        Activation = weights.Activation,
        Up = FormMatrix.Create(weights.Up, weights.InputWidth, weights.HiddenWidth, precision),
        UpBias = weights.UpBias,
        Gate = weights.Gate is { } gate ? FormMatrix.Create(gate, weights.InputWidth, weights.HiddenWidth, precision) : null,
        GateBias = weights.GateBias,
        Down = FormMatrix.Create(weights.Down, weights.HiddenWidth, weights.OutputWidth, precision),
        DownBias = weights.DownBias,
    };
}
