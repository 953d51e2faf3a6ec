using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>Adds active rows of <see cref="Int8RowMatrix"/> to sums. All versions compute the same integers.</summary>
internal abstract unsafe class Int8RowTile
{
    /// <summary>The version of one register width.</summary>
    public static Int8RowTile OfLanes(int lanes) => lanes == Vector512<int>.Count ? new VectorInt8RowTile<Int8Words512, RowPairs512, Vector512<int>>()
        : lanes == Vector256<int>.Count ? new VectorInt8RowTile<Int8Words256, RowPairs256, Vector256<int>>()
        : new VectorInt8RowTile<Int8Words128, RowPairs128, Vector128<int>>();

    /// <summary><c>sums[c] += sum_i words[i] bytes[indices[i], c]</c>; columns are whole cache lines.</summary>
    /// <param name="weights">The first row, as <see cref="Int8RowMatrix"/> has it.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="indices">Active rows.</param>
    /// <param name="words">q - z of each, and zero after an odd number of all of them.</param>
    /// <param name="count">How many there are: a whole number of pairs, or all that are left.</param>
    /// <param name="left">How many there are with those that come later, from which rows are asked for ahead; 0: nothing is asked for.</param>
    /// <param name="sums">One for each column.</param>
    /// <param name="columns">How many columns there are.</param>
    public abstract void Add(byte* weights, nint stride, int* indices, short* words, int count, int left, int* sums, int columns);

    /// <summary>Sums become <c>fma(sum * scales[c], rowScale, biases[c])</c>, in their place.</summary>
    public abstract void Finish(int* sums, float* scales, float rowScale, float* biases, int columns);
}
