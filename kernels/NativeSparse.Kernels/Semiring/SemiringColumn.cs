using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>One column alone, for widths below a register: a chain of single values.</summary>
internal static unsafe class SemiringColumn<TReduction, TCombination>
    where TReduction : struct, IReduction
    where TCombination : struct, ICombination
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in MessageRows rows, int first, int end, int column)
    {
        var x = rows.X + column;
        var vectors = rows.Vectors + column;
        var (xStride, vectorStride) = (rows.XStride, rows.VectorStride);
        for (var row = first; row < end; row++)
        {
            var y = rows.Y + (row * rows.YStride) + column;
            var boundary = rows.Boundary == null ? null : rows.Boundary + (row * rows.BoundaryStride) + column;
            var edge = rows.Edges + rows.Starts[row];
            var stop = rows.Edges + rows.Starts[row + 1];
            if (edge == stop)
            {
                *y = boundary == null ? rows.Empty : *boundary;
                continue;
            }

            var total = Value(edge, x, xStride, vectors, vectorStride) * edge->Weight;
            for (edge++; edge < stop; edge++)
            {
                total = TReduction.Add(total, Value(edge, x, xStride, vectors, vectorStride), edge->Weight);
            }

            *y = boundary == null ? total : TReduction.Join(total, *boundary);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Value(GraphEdge* edge, float* x, nint xStride, float* vectors, nint vectorStride) => TCombination.Combine(
        x[edge->Source * xStride], TCombination.HasRelations ? vectors[edge->Relation * vectorStride] : 0);
}
