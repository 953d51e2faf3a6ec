namespace NativeSparse.Perf;

/// <summary>One conversion of a demo: time, and means over the sites of the relative errors on held-out tokens.</summary>
internal sealed record ReadmeDemoConversion(
    string Name,
    double Seconds,
    int CalibrationTokens,
    double? Error = null,
    double? CentredOracleError = null);
