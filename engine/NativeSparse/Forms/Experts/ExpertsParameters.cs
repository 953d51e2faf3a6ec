using NativeSparse.Kernels;

namespace NativeSparse.Forms.Experts;

/// <summary>
/// The parameters of an experts form, as the saved file holds them:
/// <c>y = b2 + scale * sum over active e of w_e E_e(x) + sum over active e of (expertBias_e + (s_e - theta) scoreUp_e)
/// + sum over inactive e of (s_e - theta) scoreDown_e</c>, s = x router + routerBias, theta = <see cref="Threshold"/>.
/// </summary>
/// <remarks>All matrices row-major. Immutable by convention.</remarks>
internal sealed record ExpertsParameters : FormParameters
{
    /// <summary>E.</summary>
    public required int Experts { get; init; }

    /// <summary>D.</summary>
    public required int InputWidth { get; init; }

    /// <summary>B: width of the widest expert.</summary>
    public required int ExpertWidth { get; init; }

    /// <summary>O.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>Applied to the gate of a gated network, else to the up product.</summary>
    public required Activation Activation { get; init; }

    /// <summary>The weights as they are saved and multiplied at int8, or null; the arrays of float32 weights may then be empty.</summary>
    public QuantizedExpertWeights? Integers { get; init; }

    /// <summary>The weights as they are saved and multiplied at int4, or null; the arrays of float32 weights may then be empty.</summary>
    public QuantizedInt4ExpertWeights? Nibbles { get; init; }

    /// <summary>Whether the matrices of the experts hold bfloat16 values and are saved and packed as such.</summary>
    public bool IsBFloat16 { get; init; }

    /// <summary><c>[E, D, B]</c>.</summary>
    public required float[] Up { get; init; }

    /// <summary><c>[E, B]</c>.</summary>
    public float[]? UpBias { get; init; }

    /// <summary><c>[E, D, B]</c>; present makes the experts gated.</summary>
    public float[]? Gate { get; init; }

    /// <summary><c>[E, B]</c>.</summary>
    public float[]? GateBias { get; init; }

    /// <summary><c>[E, B, O]</c>.</summary>
    public required float[] Down { get; init; }

    /// <summary><c>[O]</c>, added once.</summary>
    public float[]? DownBias { get; init; }

    /// <summary><c>[D, E]</c>.</summary>
    public required float[] Router { get; init; }

    /// <summary><c>[E]</c>.</summary>
    public float[]? RouterBias { get; init; }

    /// <summary><c>[E, O]</c>, added for each active expert, unscaled.</summary>
    public float[]? ExpertBias { get; init; }

    /// <summary><c>[E, O]</c>: the score path of active experts.</summary>
    public float[]? ScoreUp { get; init; }

    /// <summary><c>[E, O]</c>: the score path of inactive experts.</summary>
    public float[]? ScoreDown { get; init; }

    /// <summary><c>[E]</c>: real widths where they differ; narrower experts are padded with zero columns.</summary>
    public int[]? Widths { get; init; }

    /// <summary>Which rule chooses.</summary>
    public required RoutingSelection Selection { get; init; }

    /// <summary>Experts per token for top-k.</summary>
    public int K { get; init; }

    /// <summary>theta: lowest active score for threshold selection, and the origin of the score path.</summary>
    public float Threshold { get; init; }

    /// <summary>Constant factor of the experts' sum.</summary>
    public float Scale { get; init; } = 1;

    /// <summary>How chosen scores become weights.</summary>
    public RoutingWeights Weights { get; init; }

    /// <summary>How up, gate and down are held.</summary>
    public Precision Precision =>
        Integers is not null ? Precision.Int8 : Nibbles is not null ? Precision.Int4 : IsBFloat16 ? Precision.BFloat16 : Precision.Float32;

    /// <summary>The weights of the dispatch as float32 values.</summary>
    /// <param name="expertBias">Biases that the dispatch adds, or null.</param>
    public ExpertWeights ToWeights(float[]? expertBias) => new()
    {
        Experts = Experts,
        InputWidth = InputWidth,
        ExpertWidth = ExpertWidth,
        OutputWidth = OutputWidth,
        Activation = Activation,
        Up = Up,
        UpBias = UpBias,
        Gate = Gate,
        GateBias = GateBias,
        Down = Down,
        ExpertBias = expertBias,
        Widths = Widths,
    };

    /// <summary>The weights of the dispatch at int8; <see cref="Integers"/> is there.</summary>
    /// <param name="expertBias">Biases that the dispatch adds, or null.</param>
    public QuantizedExpertWeights ToIntegers(float[]? expertBias) => new()
    {
        Experts = Experts,
        InputWidth = InputWidth,
        ExpertWidth = ExpertWidth,
        OutputWidth = OutputWidth,
        Activation = Activation,
        Up = Integers!.Up,
        UpScales = Integers.UpScales,
        UpBias = UpBias,
        Gate = Integers.Gate,
        GateScales = Integers.GateScales,
        GateBias = GateBias,
        Down = Integers.Down,
        DownScales = Integers.DownScales,
        ExpertBias = expertBias,
        Widths = Widths,
    };

    /// <summary>The weights of the dispatch at int4; <see cref="Nibbles"/> is there.</summary>
    /// <param name="expertBias">Biases that the dispatch adds, or null.</param>
    public QuantizedInt4ExpertWeights ToNibbles(float[]? expertBias) => new()
    {
        Activation = Activation,
        Up = Nibbles!.Up,
        UpBias = UpBias,
        Gate = Nibbles.Gate,
        GateBias = GateBias,
        Down = Nibbles.Down,
        ExpertBias = expertBias,
    };
}
