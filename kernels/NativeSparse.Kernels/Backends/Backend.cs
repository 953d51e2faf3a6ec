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

    /// <summary>Whether operands lie best in a device's memory.</summary>
    internal virtual bool IsDevice => false;

    /// <summary>Whether a device's threads are simulated one by one.</summary>
    internal virtual bool IsSimulated => false;

    /// <summary>The version of the int8 tile, or null where int8 products are plain loops.</summary>
    internal virtual Int8Tile? Int8Tile => null;

    /// <summary>Choosing experts.</summary>
    public abstract ITopKRouting Routing { get; }

    /// <summary>Running experts.</summary>
    public abstract IExpertDispatch Experts { get; }

    /// <summary>Products with sparse weights.</summary>
    public abstract ISparseMatMul Sparse { get; }

    /// <summary>Message passing over graphs.</summary>
    public abstract ISemiringProduct Semiring { get; }

    /// <summary>Whether matrices may be held so.</summary>
    internal virtual bool Has(Precision precision) => true;

    /// <summary>
    /// What results may differ by, relative to the largest, where the contract asks for equal bits: more than 0 where the order of sums, or what
    /// is fused, is the device's. A hidden value that lies between two 8-bit steps may then be rounded to the other one.
    /// </summary>
    internal virtual double RoundingLimit(Precision precision) => 0;

    /// <summary>Scratch memory that the backend's operands lie best in; give it back with <see cref="Return"/>.</summary>
    internal virtual Scratch RentScratch() => new();

    /// <summary>Takes back what <see cref="RentScratch"/> gave.</summary>
    internal virtual void Return(Scratch scratch) => scratch.Dispose();

    /// <summary>y[t] = row, or 0 without one.</summary>
    internal virtual void Fill(View row, View y)
    {
        row.RequireRow(y.Columns);
        for (var t = 0; t < y.Rows; t++)
        {
            var target = y.RowSpan(t);
            if (row.IsEmpty)
            {
                target.Clear();
            }
            else
            {
                row.RowSpan(0).CopyTo(target);
            }
        }
    }

    /// <summary>The features of score paths, as <see cref="ScoreFeatures"/> says.</summary>
    internal virtual void FillFeatures(View scores, in Routing routing, in ScoreFeatures layout, View features) =>
        layout.Fill(scores, routing, features);

    /// <summary>Products with sparse activations.</summary>
    public abstract IRowSparseMatMul RowSparse { get; }

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
