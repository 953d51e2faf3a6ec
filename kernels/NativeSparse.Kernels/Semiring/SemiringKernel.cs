using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// Message passing on a device: a thread computes one column of one node, so that neighbouring threads read neighbouring values of an edge's source
/// and of its relation, and all of them the same edge. A node's edges are not shared among threads.
/// </summary>
internal static class SemiringKernel
{
    /// <summary>Columns of a group.</summary>
    public const int Lanes = 32;

    public static void Run(SemiringParameters p, SemiringOperands o)
    {
        var node = (Grid.IdxX * (Group.DimX / Lanes)) + (Group.IdxX / Lanes);
        var column = (Grid.IdxY * Lanes) + (Group.IdxX % Lanes);
        if (node >= p.Nodes || column >= p.Columns)
        {
            return;
        }

        var first = o.Starts[node];
        var end = o.Starts[node + 1];
        var total = p.EmptyValue;
        for (var segment = first; segment < end; segment += GraphEdges.SegmentEdges)
        {
            var last = IntrinsicMath.Min(segment + GraphEdges.SegmentEdges, end);
            var part = Message(p, o, segment, column) * Weight(p, o, segment);
            for (var edge = segment + 1; edge < last; edge++)
            {
                var message = Message(p, o, edge, column);
                part = p.Reduction == (int)MessageReduction.Sum
                    ? (message * Weight(p, o, edge)) + part
                    : Join(p.Reduction, part, message * Weight(p, o, edge));
            }

            total = segment == first ? part : Join(p.Reduction, total, part);
        }

        if (p.HasBoundary != 0)
        {
            var boundary = o.Boundary[((long)node * p.BoundaryStride) + column];
            total = first == end ? boundary : Join(p.Reduction, total, boundary);
        }

        o.Outputs[((long)node * p.OutputStride) + column] = total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Weight(in SemiringParameters p, in SemiringOperands o, int edge) => p.HasWeights != 0 ? o.Weights[edge] : 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Message(in SemiringParameters p, in SemiringOperands o, int edge, int column)
    {
        var value = o.Inputs[((long)o.Sources[edge] * p.InputStride) + column];
        if (p.HasRelations == 0)
        {
            return value;
        }

        var relation = o.Relations[((long)o.EdgeRelations[edge] * p.RelationStride) + column];
        return p.Combination == (int)MessageCombination.Add ? value + relation : value * relation;
    }

    /// <summary>NaN spreads, and -0 is below 0.</summary>
    private static float Join(int reduction, float left, float right)
    {
        if (reduction == (int)MessageReduction.Sum)
        {
            return left + right;
        }

        if (float.IsNaN(left) || float.IsNaN(right))
        {
            return float.NaN;
        }

        var isMin = reduction == (int)MessageReduction.Min;
        if (left == right)
        {
            var (first, second) = (Interop.FloatAsInt(left), Interop.FloatAsInt(right));
            return Interop.IntAsFloat(isMin ? first | second : first & second);
        }

        return left < right == isMin ? left : right;
    }
}
