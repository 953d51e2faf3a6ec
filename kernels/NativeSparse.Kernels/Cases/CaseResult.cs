namespace NativeSparse.Kernels;

/// <summary>What one contract case found.</summary>
/// <param name="Error">Largest difference to the specification, relative to its largest value; or how many choices differ.</param>
/// <param name="Limit">What the contract allows: 0 where bits must be equal.</param>
internal readonly record struct CaseResult(double Error, double Limit)
{
    /// <summary>Written so that NaN fails.</summary>
    public bool IsPassed => Error <= Limit;
}
