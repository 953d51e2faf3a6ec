namespace NativeSparse.Kernels;

/// <summary>Plain loops on the calling thread: the specification of every family.</summary>
internal sealed class ReferenceBackend() : Backend(VersionName)
{
    public const string VersionName = "reference";

    public override IDenseMatMul Dense { get; } = new ReferenceDenseMatMul();

    public override IBlockDiagonalMatMul BlockDiagonal { get; } = new ReferenceBlockDiagonal(new ReferenceDenseMatMul());

    public override ITopKRouting Routing { get; } = new ReferenceTopKRouting();

    public override IExpertDispatch Experts { get; } = new ReferenceExpertDispatch();

    public override ISparseMatMul Sparse { get; } = new ReferenceSparseMatMul();

    public override ISemiringProduct Semiring { get; } = new ReferenceSemiringProduct();

    public override IRowSparseMatMul RowSparse { get; } = new ReferenceRowSparse();
}
