using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>How host kernels read a <see cref="View"/>.</summary>
internal static unsafe class ViewAccess
{
    public static void Require(this View view, string operand, int rows, int columns, ElementType elementType = ElementType.Float32)
    {
        if (view.Rows != rows || view.Columns != columns || view.ElementType != elementType)
        {
            throw new ShapeMismatchException(
                operand,
                $"{elementType} [{rows}, {columns}]",
                $"{view.ElementType} [{view.Rows}, {view.Columns}]");
        }

        if (view.IsEmpty && rows > 0 && columns > 0)
        {
            throw new ShapeMismatchException(operand, $"{elementType} [{rows}, {columns}]", "a view without memory");
        }
    }

    /// <summary>A float32 row of so many columns, or nothing.</summary>
    public static void RequireRow(this View row, int columns)
    {
        if (!row.IsEmpty)
        {
            row.Require("row", 1, columns);
        }
    }

    public static Span<float> RowSpan(this View view, int row) => new(view.Row(row), view.Columns);

    /// <summary>Some columns of a float32 matrix; nothing of nothing.</summary>
    public static View Part(this View view, int first, int columns) =>
        view.IsEmpty ? view : View.Create(view.Address + ((nint)first * sizeof(float)), view.Rows, columns, view.Stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Row(this View view, int row) => (float*)view.Address + ((nint)row * view.Stride);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int* RowInt32(this View view, int row) => (int*)view.Address + ((nint)row * view.Stride);
}
