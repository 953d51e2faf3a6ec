namespace NativeSparse.Conversion;

/// <summary>One step of a conversion.</summary>
/// <param name="Stage">What is being done: calibrate, convert, evaluate, save, verify.</param>
/// <param name="Site">The site, when the step is about one.</param>
/// <param name="Fraction">Share of the whole that is done, 0..1.</param>
public sealed record ConversionProgress(string Stage, string? Site, double Fraction);
