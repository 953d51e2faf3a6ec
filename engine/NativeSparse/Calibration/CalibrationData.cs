using System.Numerics.Tensors;

namespace NativeSparse.Calibration;

/// <summary>Model inputs for fitting and judging a conversion: batches of named tensors, in the order given.</summary>
/// <remarks>
/// Batches are enumerated once or twice, one at a time. Where <see cref="HeldOut"/> is empty, every fifth batch (or, below five batches,
/// every fifth token) is kept out of every fit and used for judging.
/// </remarks>
public sealed class CalibrationData
{
    /// <summary>Batches to fit on: graph input name to tensor.</summary>
    public required IEnumerable<IReadOnlyDictionary<string, IReadOnlyTensor>> Batches { get; init; }

    /// <summary>Batches to judge on, or empty.</summary>
    public IEnumerable<IReadOnlyDictionary<string, IReadOnlyTensor>> HeldOut { get; init; } = [];

    /// <summary>Most tokens kept for fitting each site; more are sampled at random (seeded). Bounds memory: tokens x D x 4 bytes a site.</summary>
    public int MaxTokens { get; init; } = 16_384;

    /// <summary>Most tokens kept for judging each site.</summary>
    public int MaxHeldOutTokens { get; init; } = 4_096;

    /// <summary>
    /// Whether the report of a written file compares each site with random splits and random routers (5 seeds each), which takes longer than
    /// the conversion. Conversion at load never does.
    /// </summary>
    public bool CompareWithChance { get; init; } = true;
}
