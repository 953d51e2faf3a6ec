namespace NativeSparse.Kernels;

/// <summary>Products of one diagonal block at one precision: what <see cref="DiagonalSchedule{TProduct, TMatrix}"/> is made of.</summary>
/// <typeparam name="TMatrix">Packed weights of a block.</typeparam>
internal unsafe interface IDiagonalProduct<TMatrix>
    where TMatrix : PackedMatrix
{
    /// <summary>Whether rows are rounded before they are multiplied.</summary>
    static abstract bool IsRounded { get; }

    /// <summary>Whether sums grow in the destination, so that it may not be the multiplier.</summary>
    static abstract bool GrowsInPlace { get; }

    /// <summary>Columns of a panel of the weights.</summary>
    static abstract int Columns(TMatrix matrix);

    /// <summary>Rows of a whole tile.</summary>
    static abstract int TileRows(TMatrix matrix);

    /// <summary>Most rows of one call: whole tiles.</summary>
    static abstract int BlockRows(TMatrix matrix);

    /// <summary>Bytes of rounded rows, whole cache lines; 0 where rows are not rounded.</summary>
    static abstract nint Bytes(int rows, TMatrix matrix);

    /// <summary>Rounds rows <paramref name="first"/> to <paramref name="end"/> of x into memory for all rows of x.</summary>
    static abstract void Round(View x, int first, int end, TMatrix matrix, void* rounded);

    /// <summary>The rows from <paramref name="row"/> on times panels <paramref name="first"/> to <paramref name="end"/>, finished.</summary>
    static abstract void Run(
        View x, void* rounded, int row, int rows, TMatrix matrix, int first, int end, in Epilogue epilogue, View sums, View y);
}
