using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Writes one row, or 0, to every row of a matrix.</summary>
internal static class FillKernel
{
    public static void Run(int columns, int stride, int hasRow, ArrayView<float> row, ArrayView<float> y)
    {
        var column = (Grid.IdxY * Group.DimX) + Group.IdxX;
        if (column < columns)
        {
            y[((long)Grid.IdxX * stride) + column] = hasRow != 0 ? row[column] : 0;
        }
    }
}
