using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Transposes a matrix, 32 by 32 values at a time through shared memory, so that reads and writes both run along rows.</summary>
internal static class TransposeKernel
{
    public const int Size = 32;

    public static void Run(int rows, int columns, int stride, int resultStride, ArrayView<float> values, ArrayView<float> result)
    {
        var tile = SharedMemory.Allocate<float>(Size * (Size + 1));
        var (firstRow, firstColumn) = (Grid.IdxY * Size, Grid.IdxX * Size);
        for (var i = Group.IdxX; i < Size * Size; i += Group.DimX)
        {
            var (row, column) = (firstRow + (i / Size), firstColumn + (i % Size));
            tile[(i / Size * (Size + 1)) + (i % Size)] = row < rows && column < columns ? values[((long)row * stride) + column] : 0;
        }

        Group.Barrier();
        for (var i = Group.IdxX; i < Size * Size; i += Group.DimX)
        {
            var (row, column) = (firstRow + (i % Size), firstColumn + (i / Size));
            if (column < columns && row < resultStride)
            {
                result[((long)column * resultStride) + row] = tile[(i % Size * (Size + 1)) + (i / Size)];
            }
        }
    }
}
