namespace NativeSparse.Kernels;

/// <summary>One column alone, for widths below a register: a chain of single values.</summary>
internal static unsafe class SemiringColumn<TReduction, TCombination>
    where TReduction : struct, IReduction
    where TCombination : struct, ICombination
{
    public static void Run(in MessageRows rows, int first, int end, int column)
    {
        var x = rows.X + column;
        var vectors = rows.Vectors + column;
        for (var row = first; row < end; row++)
        {
            var y = rows.Y + (row * rows.YStride) + column;
            var boundary = rows.Boundary == null ? null : rows.Boundary + (row * rows.BoundaryStride) + column;
            var (edge, stop) = (rows.Starts[row], rows.Starts[row + 1]);
            if (edge == stop)
            {
                *y = boundary == null ? rows.Empty : *boundary;
                continue;
            }

            var total = 0f;
            for (var start = edge; edge < stop; edge++)
            {
                var relation = TCombination.HasRelations ? vectors[rows.Relations[edge] * rows.VectorStride] : 0;
                var value = TCombination.Combine(x[rows.Sources[edge] * rows.XStride], relation);
                var weight = rows.Weights[edge * rows.WeightStep];
                total = edge == start ? value * weight : TReduction.Add(total, value, weight);
            }

            *y = boundary == null ? total : TReduction.Join(total, *boundary);
        }
    }
}
