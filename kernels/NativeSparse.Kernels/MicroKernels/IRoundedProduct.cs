namespace NativeSparse.Kernels;

/// <summary>Products of rounded rows at one precision: what <see cref="RoundedSchedule{TProduct, TRows, TMatrix}"/> is made of.</summary>
/// <typeparam name="TRows">Rounded rows.</typeparam>
/// <typeparam name="TMatrix">Packed weights.</typeparam>
internal unsafe interface IRoundedProduct<TRows, TMatrix>
    where TRows : struct
    where TMatrix : PackedMatrix
{
    /// <summary>Columns of a panel of the weights.</summary>
    static abstract int Columns(TMatrix matrix);

    /// <summary>Rows of a whole tile.</summary>
    static abstract int TileRows(TMatrix matrix);

    /// <summary>Most rows of a block: whole tiles.</summary>
    static abstract int BlockRows(TMatrix matrix);

    /// <summary>Room for rows that are multiplied with these weights.</summary>
    static abstract TRows Rent(Scratch scratch, int rows, TMatrix matrix);

    /// <summary>Bytes of such room, whole cache lines.</summary>
    static abstract nint Bytes(int rows, TMatrix matrix);

    /// <summary>The same in <see cref="Bytes"/> of memory that begins with a cache line.</summary>
    static abstract TRows At(void* memory, int rows, TMatrix matrix);

    /// <summary>Rounds one row.</summary>
    static abstract void Quantize(in TRows rows, int row, float* x);

    /// <summary>y[row + r] = multiplier * act(x[row + r] W + bias) for panels <paramref name="first"/> to <paramref name="end"/>.</summary>
    /// <param name="x">Rounded rows.</param>
    /// <param name="xRow">The first of them.</param>
    /// <param name="rows">How many, at most <see cref="BlockRows"/>.</param>
    /// <param name="matrix">The weights.</param>
    /// <param name="first">First panel.</param>
    /// <param name="end">Panel after the last one.</param>
    /// <param name="epilogue">Bias, activation, multiplier.</param>
    /// <param name="y">The destination; the multiplier may be the same memory.</param>
    /// <param name="yRow">The first row in the destination and in the multiplier.</param>
    static abstract void Run(in TRows x, int xRow, int rows, TMatrix matrix, int first, int end, in Epilogue epilogue, View y, int yRow);
}
