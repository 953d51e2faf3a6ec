using NativeSparse.Calibration;

namespace NativeSparse.Conversion;

/// <summary>Converts a dense model file into a converted one. Stateless.</summary>
public static class ModelConverter
{
    /// <summary>
    /// Converts <paramref name="input"/> and writes <paramref name="output"/> (temporary name, then renamed), loads the result again and
    /// compares: a file that differs is an error and is removed.
    /// </summary>
    /// <exception cref="ConversionException">The plan does not fit the model, or the saved file differs.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left behind.</exception>
    public static ConversionReport Convert(
        string input,
        string output,
        ConversionPlan plan,
        CalibrationData? calibration = null,
        string? backend = null,
        int? threads = null,
        IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default) => throw new NotSupportedException();
}
