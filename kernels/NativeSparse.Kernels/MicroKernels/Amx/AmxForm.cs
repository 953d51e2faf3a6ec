namespace NativeSparse.Kernels;

/// <summary>What an AMX kernel is assembled for.</summary>
/// <param name="IsTall">More than 16 rows: two tiles of inputs.</param>
/// <param name="RowsPerStep">Rows of the last panel's sums that are finished beside each step of a panel.</param>
/// <param name="Finish">What becomes of sums.</param>
internal readonly record struct AmxForm(bool IsTall, int RowsPerStep, AmxFinish Finish)
{
    /// <summary>More would make long kernels of few steps.</summary>
    private const int MaxRowsPerStep = 6;

    private const int StepInputs = 64;

    /// <summary>The form for so many rows of so many inputs: sums are finished while the next panel is multiplied.</summary>
    public static AmxForm Of(long rows, long inputs, AmxFinish finish)
    {
        var steps = inputs / StepInputs;
        return new AmxForm(rows > AmxConfiguration.TileRows, (int)Math.Min((rows + steps - 1) / steps, MaxRowsPerStep), finish);
    }
}
