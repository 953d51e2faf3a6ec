namespace NativeSparse.Kernels;

/// <summary>The contract cases of all families.</summary>
internal static class ContractCases
{
    private const int SimulatedCases = 2;

    /// <summary>Those that a backend has the precision for; where threads are simulated one by one, the first few of each family.</summary>
    public static IEnumerable<ContractCase> Of(Backend backend)
    {
        var cases = All().Where(@case => backend.Has(@case.Precision));
        return backend.IsSimulated ? cases.GroupBy(@case => (@case.Family, @case.Precision)).SelectMany(family => family.Take(SimulatedCases)) : cases;
    }

    public static IEnumerable<ContractCase> All() =>
    [
        .. ActivationCases.All(), .. DenseMatMulCases.All(), .. BlockDiagonalCases.All(), .. SparseMatMulCases.All(), .. SparseInt8Cases.All(), .. RowSparseCases.All(),
        .. SemiringCases.All(), .. TopKRoutingCases.All(), .. ExpertDispatchCases.All(),
        .. LowRankCases.All(),
    ];
}
