namespace NativeSparse.Kernels;

/// <summary>The contract cases of all families.</summary>
internal static class ContractCases
{
    /// <summary>Those that a backend has the precision for.</summary>
    public static IEnumerable<ContractCase> Of(Backend backend) => All().Where(@case => backend.Has(@case.Precision));

    public static IEnumerable<ContractCase> All() =>
    [
        .. ActivationCases.All(), .. DenseMatMulCases.All(), .. BlockDiagonalCases.All(), .. SparseMatMulCases.All(), .. RowSparseCases.All(),
        .. SemiringCases.All(), .. TopKRoutingCases.All(), .. ExpertDispatchCases.All(),
    ];
}
