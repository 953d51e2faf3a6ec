using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>Rows become columns.</summary>
internal static unsafe class RowsToColumns
{
    /// <summary><c>destination[c][r] = source[r][c]</c>; strides in values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* source, nint sourceStride, int rows, int columns, float* destination, nint destinationStride)
    {
        var tile = Avx.IsSupported ? 8 : Sse.IsSupported || AdvSimd.Arm64.IsSupported ? 4 : 1;
        var (wholeRows, wholeColumns) = tile == 1 ? (0, 0) : (rows / tile * tile, columns / tile * tile);

        // Columns outside: what becomes one row is written in one go, and rows that lie a power of two apart do not drive each other out.
        for (var column = 0; column < wholeColumns; column += tile)
        {
            for (var row = 0; row < wholeRows; row += tile)
            {
                var from = source + (row * sourceStride) + column;
                var to = destination + (column * destinationStride) + row;
                if (Avx.IsSupported)
                {
                    RunEight(from, sourceStride, to, destinationStride);
                }
                else
                {
                    RunFour(from, sourceStride, to, destinationStride);
                }
            }
        }

        RunPlain(source, sourceStride, 0, wholeRows, wholeColumns, columns, destination, destinationStride);
        RunPlain(source, sourceStride, wholeRows, rows, 0, columns, destination, destinationStride);
    }

    private static void RunPlain(
        float* source, nint sourceStride, int row, int endRow, int column, int endColumn, float* destination, nint destinationStride)
    {
        for (var r = row; r < endRow; r++)
        {
            for (var c = column; c < endColumn; c++)
            {
                destination[(c * destinationStride) + r] = source[(r * sourceStride) + c];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunEight(float* source, nint stride, float* destination, nint destinationStride)
    {
        var (r0, r1) = (Avx.LoadVector256(source), Avx.LoadVector256(source + stride));
        var (r2, r3) = (Avx.LoadVector256(source + (2 * stride)), Avx.LoadVector256(source + (3 * stride)));
        var (r4, r5) = (Avx.LoadVector256(source + (4 * stride)), Avx.LoadVector256(source + (5 * stride)));
        var (r6, r7) = (Avx.LoadVector256(source + (6 * stride)), Avx.LoadVector256(source + (7 * stride)));
        var (a0, a1) = (Avx.UnpackLow(r0, r1), Avx.UnpackHigh(r0, r1));
        var (a2, a3) = (Avx.UnpackLow(r2, r3), Avx.UnpackHigh(r2, r3));
        var (a4, a5) = (Avx.UnpackLow(r4, r5), Avx.UnpackHigh(r4, r5));
        var (a6, a7) = (Avx.UnpackLow(r6, r7), Avx.UnpackHigh(r6, r7));
        var (b0, b1) = (Avx.Shuffle(a0, a2, 0x44), Avx.Shuffle(a0, a2, 0xEE));
        var (b2, b3) = (Avx.Shuffle(a1, a3, 0x44), Avx.Shuffle(a1, a3, 0xEE));
        var (b4, b5) = (Avx.Shuffle(a4, a6, 0x44), Avx.Shuffle(a4, a6, 0xEE));
        var (b6, b7) = (Avx.Shuffle(a5, a7, 0x44), Avx.Shuffle(a5, a7, 0xEE));
        Avx.Permute2x128(b0, b4, 0x20).Store(destination);
        Avx.Permute2x128(b1, b5, 0x20).Store(destination + destinationStride);
        Avx.Permute2x128(b2, b6, 0x20).Store(destination + (2 * destinationStride));
        Avx.Permute2x128(b3, b7, 0x20).Store(destination + (3 * destinationStride));
        Avx.Permute2x128(b0, b4, 0x31).Store(destination + (4 * destinationStride));
        Avx.Permute2x128(b1, b5, 0x31).Store(destination + (5 * destinationStride));
        Avx.Permute2x128(b2, b6, 0x31).Store(destination + (6 * destinationStride));
        Avx.Permute2x128(b3, b7, 0x31).Store(destination + (7 * destinationStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunFour(float* source, nint stride, float* destination, nint destinationStride)
    {
        var (r0, r1) = (Vector128.Load(source), Vector128.Load(source + stride));
        var (r2, r3) = (Vector128.Load(source + (2 * stride)), Vector128.Load(source + (3 * stride)));
        var (a0, a1) = (Low(r0, r2), High(r0, r2));
        var (a2, a3) = (Low(r1, r3), High(r1, r3));
        Low(a0, a2).Store(destination);
        High(a0, a2).Store(destination + destinationStride);
        Low(a1, a3).Store(destination + (2 * destinationStride));
        High(a1, a3).Store(destination + (3 * destinationStride));
    }

    /// <summary>The lower halves, value by value side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> even, Vector128<float> odd) =>
        Sse.IsSupported ? Sse.UnpackLow(even, odd) : AdvSimd.Arm64.ZipLow(even, odd);

    /// <summary>The upper halves, value by value side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> even, Vector128<float> odd) =>
        Sse.IsSupported ? Sse.UnpackHigh(even, odd) : AdvSimd.Arm64.ZipHigh(even, odd);
}
