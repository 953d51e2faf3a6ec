namespace NativeSparse.Kernels;

/// <summary>One check of a backend against the specification that ships beside it.</summary>
/// <param name="Family">The kernel family.</param>
/// <param name="Precision">How weights are held.</param>
/// <param name="Name">What is checked.</param>
/// <param name="Run">Does it; the second backend is the reference.</param>
internal sealed record ContractCase(string Family, Precision Precision, string Name, Func<Backend, Backend, CaseResult> Run)
{
    /// <summary>Runs it, with what the backend may differ by.</summary>
    public CaseResult Check(Backend backend, Backend reference)
    {
        var result = Run(backend, reference);
        return result with { Limit = Math.Max(result.Limit, backend.RoundingLimit(Precision)) };
    }
}
