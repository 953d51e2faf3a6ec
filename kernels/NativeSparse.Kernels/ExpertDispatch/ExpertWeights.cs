namespace NativeSparse.Kernels;

/// <summary>The weights of E feed-forward experts over one input, before packing. Arrays are row-major; the caller keeps them.</summary>
public sealed class ExpertWeights
{
    /// <summary>E.</summary>
    public required int Experts { get; init; }

    /// <summary>D.</summary>
    public required int InputWidth { get; init; }

    /// <summary>B: neurons per expert (the widest one; narrower experts are padded with zero columns).</summary>
    public required int ExpertWidth { get; init; }

    /// <summary>O.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>Applied to the gate (gated) or to the up product (plain).</summary>
    public required Activation Activation { get; init; }

    /// <summary><c>[E, D, B]</c>.</summary>
    public required ReadOnlyMemory<float> Up { get; init; }

    /// <summary><c>[E, B]</c>, or empty.</summary>
    public ReadOnlyMemory<float> UpBias { get; init; }

    /// <summary><c>[E, D, B]</c>, or empty: present makes the experts gated.</summary>
    public ReadOnlyMemory<float> Gate { get; init; }

    /// <summary><c>[E, B]</c>, or empty.</summary>
    public ReadOnlyMemory<float> GateBias { get; init; }

    /// <summary><c>[E, B, O]</c>.</summary>
    public required ReadOnlyMemory<float> Down { get; init; }

    /// <summary><c>[E, O]</c>: added to an expert's output before it is weighted, or empty.</summary>
    public ReadOnlyMemory<float> ExpertBias { get; init; }

    /// <summary><c>[E]</c>: real widths where experts differ, or empty (all are B).</summary>
    public ReadOnlyMemory<int> Widths { get; init; }
}
