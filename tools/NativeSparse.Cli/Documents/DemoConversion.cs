namespace NativeSparse.Cli.Documents;

/// <summary>One conversion of the demo's model.</summary>
/// <param name="Name">Name of the rows that run it.</param>
/// <param name="Seconds">Time of the conversion, calibration included.</param>
/// <param name="CalibrationTokens">Tokens the fits saw.</param>
/// <param name="Error">Mean over the sites of the relative L2 error on tokens that no fit saw, or null where nothing is fitted.</param>
/// <param name="CentredOracleError">The same of the best experts per token.</param>
internal sealed record DemoConversion(
    string Name,
    double Seconds,
    int CalibrationTokens,
    double? Error,
    double? CentredOracleError);
