namespace NativeSparse.Kernels;

/// <summary>The contract cases of all families.</summary>
internal static class ContractCases
{
    public static IEnumerable<ContractCase> All() =>
    [
        .. ActivationCases.All(), .. DenseMatMulCases.All(), .. BlockDiagonalCases.All(), .. SparseMatMulCases.All(), .. TopKRoutingCases.All(),
        .. ExpertDispatchCases.All(),
    ];
}
