using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// The register tile of products over semirings: some registers of neighbouring columns, which all edges of a row pass. The last register may
/// overlap the one before it, so that no width needs a tail of its own.
/// </summary>
internal static unsafe class SemiringTile<TWidth, TVector, TReduction, TCombination>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
    where TReduction : struct, IReduction
    where TCombination : struct, ICombination
{
    /// <param name="rows">The operands.</param>
    /// <param name="first">First row.</param>
    /// <param name="end">Behind the last row.</param>
    /// <param name="column">First column.</param>
    /// <param name="last">First column of the last register, counted from <paramref name="column"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TVectors>(in MessageRows rows, int first, int end, int column, nint last)
        where TVectors : struct, IRowCount
    {
        var starts = rows.Starts;
        var edges = rows.Edges;
        var x = rows.X + column;
        var vectors = rows.Vectors + column;
        var (xStride, vectorStride) = (rows.XStride, rows.VectorStride);
        for (var row = first; row < end; row++)
        {
            TVector a0 = default, a1 = default, a2 = default, a3 = default;
            TVector a4 = default, a5 = default, a6 = default, a7 = default;
            var edge = edges + starts[row];
            var stop = edges + starts[row + 1];
            if (edge == stop)
            {
                Empty<TVectors>(rows, row, column, last);
                continue;
            }

            Prefetch<TVectors>(x + (edge[GraphRows.Ahead].Source * xStride));
            var weight = TWidth.Broadcast(edge->Weight);
            var source = x + (edge->Source * xStride);
            var vector = TCombination.HasRelations ? vectors + (edge->Relation * vectorStride) : null;
            Start<TVectors>(source, vector, weight, last, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref a6, ref a7);
            for (edge++; edge < stop; edge++)
            {
                Prefetch<TVectors>(x + (edge[GraphRows.Ahead].Source * xStride));
                weight = TWidth.Broadcast(edge->Weight);
                source = x + (edge->Source * xStride);
                vector = TCombination.HasRelations ? vectors + (edge->Relation * vectorStride) : null;
                Add<TVectors>(source, vector, weight, last, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref a6, ref a7);
            }

            if (rows.Boundary != null)
            {
                var boundary = rows.Boundary + (row * rows.BoundaryStride) + column;
                Join<TVectors>(boundary, last, ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref a6, ref a7);
            }

            Store<TVectors>(rows.Y + (row * rows.YStride) + column, last, a0, a1, a2, a3, a4, a5, a6, a7);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch<TVectors>(float* source)
        where TVectors : struct, IRowCount
    {
        const int line = 64 / sizeof(float);
        TWidth.Prefetch((byte*)source);
        if (TVectors.Count * TWidth.Lanes > line)
        {
            TWidth.Prefetch((byte*)(source + line));
        }

        if (TVectors.Count * TWidth.Lanes > 2 * line)
        {
            TWidth.Prefetch((byte*)(source + (2 * line)));
            TWidth.Prefetch((byte*)(source + (3 * line)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Place<TVectors>(int register, nint last)
        where TVectors : struct, IRowCount => register == TVectors.Count - 1 ? last : register * TWidth.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Message(float* source, float* vector, nint place) =>
        TCombination.Combine<TWidth, TVector>(TWidth.Load(source + place), TCombination.HasRelations ? TWidth.Load(vector + place) : default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start<TVectors>(
        float* source, float* vector, TVector weight, nint last, ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3,
        ref TVector a4, ref TVector a5, ref TVector a6, ref TVector a7)
        where TVectors : struct, IRowCount
    {
        a0 = TWidth.Multiply(Message(source, vector, Place<TVectors>(0, last)), weight);
        if (TVectors.Count > 1)
        {
            a1 = TWidth.Multiply(Message(source, vector, Place<TVectors>(1, last)), weight);
        }

        if (TVectors.Count > 2)
        {
            a2 = TWidth.Multiply(Message(source, vector, Place<TVectors>(2, last)), weight);
            a3 = TWidth.Multiply(Message(source, vector, Place<TVectors>(3, last)), weight);
        }

        if (TVectors.Count > 4)
        {
            a4 = TWidth.Multiply(Message(source, vector, Place<TVectors>(4, last)), weight);
            a5 = TWidth.Multiply(Message(source, vector, Place<TVectors>(5, last)), weight);
            a6 = TWidth.Multiply(Message(source, vector, Place<TVectors>(6, last)), weight);
            a7 = TWidth.Multiply(Message(source, vector, Place<TVectors>(7, last)), weight);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVectors>(
        float* source, float* vector, TVector weight, nint last, ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3,
        ref TVector a4, ref TVector a5, ref TVector a6, ref TVector a7)
        where TVectors : struct, IRowCount
    {
        a0 = TReduction.Add<TWidth, TVector>(a0, Message(source, vector, Place<TVectors>(0, last)), weight);
        if (TVectors.Count > 1)
        {
            a1 = TReduction.Add<TWidth, TVector>(a1, Message(source, vector, Place<TVectors>(1, last)), weight);
        }

        if (TVectors.Count > 2)
        {
            a2 = TReduction.Add<TWidth, TVector>(a2, Message(source, vector, Place<TVectors>(2, last)), weight);
            a3 = TReduction.Add<TWidth, TVector>(a3, Message(source, vector, Place<TVectors>(3, last)), weight);
        }

        if (TVectors.Count > 4)
        {
            a4 = TReduction.Add<TWidth, TVector>(a4, Message(source, vector, Place<TVectors>(4, last)), weight);
            a5 = TReduction.Add<TWidth, TVector>(a5, Message(source, vector, Place<TVectors>(5, last)), weight);
            a6 = TReduction.Add<TWidth, TVector>(a6, Message(source, vector, Place<TVectors>(6, last)), weight);
            a7 = TReduction.Add<TWidth, TVector>(a7, Message(source, vector, Place<TVectors>(7, last)), weight);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join<TVectors>(
        float* boundary, nint last, ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3,
        ref TVector a4, ref TVector a5, ref TVector a6, ref TVector a7)
        where TVectors : struct, IRowCount
    {
        a0 = TReduction.Join<TWidth, TVector>(a0, TWidth.Load(boundary + Place<TVectors>(0, last)));
        if (TVectors.Count > 1)
        {
            a1 = TReduction.Join<TWidth, TVector>(a1, TWidth.Load(boundary + Place<TVectors>(1, last)));
        }

        if (TVectors.Count > 2)
        {
            a2 = TReduction.Join<TWidth, TVector>(a2, TWidth.Load(boundary + Place<TVectors>(2, last)));
            a3 = TReduction.Join<TWidth, TVector>(a3, TWidth.Load(boundary + Place<TVectors>(3, last)));
        }

        if (TVectors.Count > 4)
        {
            a4 = TReduction.Join<TWidth, TVector>(a4, TWidth.Load(boundary + Place<TVectors>(4, last)));
            a5 = TReduction.Join<TWidth, TVector>(a5, TWidth.Load(boundary + Place<TVectors>(5, last)));
            a6 = TReduction.Join<TWidth, TVector>(a6, TWidth.Load(boundary + Place<TVectors>(6, last)));
            a7 = TReduction.Join<TWidth, TVector>(a7, TWidth.Load(boundary + Place<TVectors>(7, last)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVectors>(
        float* y, nint last, TVector a0, TVector a1, TVector a2, TVector a3, TVector a4, TVector a5, TVector a6, TVector a7)
        where TVectors : struct, IRowCount
    {
        TWidth.Store(a0, y + Place<TVectors>(0, last));
        if (TVectors.Count > 1)
        {
            TWidth.Store(a1, y + Place<TVectors>(1, last));
        }

        if (TVectors.Count > 2)
        {
            TWidth.Store(a2, y + Place<TVectors>(2, last));
            TWidth.Store(a3, y + Place<TVectors>(3, last));
        }

        if (TVectors.Count > 4)
        {
            TWidth.Store(a4, y + Place<TVectors>(4, last));
            TWidth.Store(a5, y + Place<TVectors>(5, last));
            TWidth.Store(a6, y + Place<TVectors>(6, last));
            TWidth.Store(a7, y + Place<TVectors>(7, last));
        }
    }

    private static void Empty<TVectors>(in MessageRows rows, int row, int column, nint last)
        where TVectors : struct, IRowCount
    {
        var y = new Span<float>(rows.Y + (row * rows.YStride) + column, (int)last + TWidth.Lanes);
        if (rows.Boundary == null)
        {
            y.Fill(rows.Empty);
        }
        else
        {
            new ReadOnlySpan<float>(rows.Boundary + (row * rows.BoundaryStride) + column, y.Length).CopyTo(y);
        }
    }
}
