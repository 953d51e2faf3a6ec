namespace NativeSparse.Forms.Experts.Converters;

/// <summary>How much work goes into the random rows of a report; everything else is cheap.</summary>
/// <param name="Seeds">Random splits and random routers each; 0 leaves both rows out.</param>
/// <param name="Tokens">Calibration tokens each of them is fitted on.</param>
internal sealed record EvaluationEffort(int Seeds, int Tokens)
{
    /// <summary>What a written report holds: 5 seeds on 4,096 tokens.</summary>
    public static EvaluationEffort Report { get; } = new(5, 4096);

    /// <summary>No random rows: for conversion while a model loads.</summary>
    public static EvaluationEffort Quick { get; } = new(0, 0);
}
