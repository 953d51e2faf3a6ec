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
    /// <exception cref="ArgumentNullException">Set to null.</exception>
    public required IEnumerable<IReadOnlyDictionary<string, IReadOnlyTensor>> Batches
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Batches));
    }

    /// <summary>Batches to judge on, or empty.</summary>
    /// <exception cref="ArgumentNullException">Set to null.</exception>
    public IEnumerable<IReadOnlyDictionary<string, IReadOnlyTensor>> HeldOut
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(HeldOut));
    } = [];

    /// <summary>Most tokens kept for fitting each site; more are sampled at random (seeded). Bounds memory: tokens x D x 4 bytes a site.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set below 1.</exception>
    public int MaxTokens
    {
        get;
        init => field = Argument.Positive(value, nameof(MaxTokens));
    } = 16_384;

    /// <summary>Most tokens kept for judging each site.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set below 1.</exception>
    public int MaxHeldOutTokens
    {
        get;
        init => field = Argument.Positive(value, nameof(MaxHeldOutTokens));
    } = 4_096;

    /// <summary>
    /// Whether the report of a written file compares each site with random splits and random routers (5 seeds each), which takes longer than
    /// the conversion. Conversion at load never does.
    /// </summary>
    public bool CompareWithChance { get; init; } = true;
}
