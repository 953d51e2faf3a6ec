namespace NativeSparse.Kernels;

/// <summary>One place where kernels run, with its kernel families. Thread-safe.</summary>
public abstract class Backend : IDisposable
{
    private protected Backend(string name) => Name = name;

    /// <summary>The backend's full name: <c>reference</c>, <c>cpu:vector256</c>, ...</summary>
    public string Name { get; }

    /// <summary>Dense products.</summary>
    public abstract IDenseMatMul Dense { get; }

    /// <summary>Block-diagonal products, and the structured linears made of them.</summary>
    public abstract IBlockDiagonalMatMul BlockDiagonal { get; }

    /// <summary>The version of the int8 tile, or null where int8 products are plain loops.</summary>
    internal virtual Int8Tile? Int8Tile => null;

    /// <summary>Choosing experts.</summary>
    public abstract ITopKRouting Routing { get; }

    /// <summary>Running experts.</summary>
    public abstract IExpertDispatch Experts { get; }

    /// <summary>Products with sparse weights.</summary>
    public abstract ISparseMatMul Sparse { get; }

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
