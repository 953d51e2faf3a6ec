using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>What each tile computes, in plain loops over the same arguments: the specification of the assembled kernels.</summary>
internal static unsafe class TileReference
{
    public static void Run(in TileSpecification tile, TileArguments* arguments)
    {
        for (var row = 0; row < tile.Rows; row++)
        {
            switch (tile.Kind)
            {
                case TileKind.Int8:
                    RunInt8(tile, arguments, row);
                    break;
                case TileKind.Int4:
                    RunInt4(tile, arguments, row);
                    break;
                default:
                    for (long number = 0; number < arguments->RowTiles; number++)
                    {
                        RunExpertDown(tile, arguments, (number * tile.Rows) + row);
                    }

                    break;
            }
        }
    }

    private static void RunInt8(in TileSpecification tile, TileArguments* a, int row)
    {
        var steps = tile.IsIndexed ? a->IndicesEnd - a->Indices : a->InputBytes / 4;
        for (var column = 0; column < TileSpecification.PanelColumns; column++)
        {
            var sum = 0;
            if (tile.HasZeroPoint)
            {
                var (zero, total) = (((int*)a->RowZeros)[row], a->ColumnSums[column]);
                sum = ((short)zero * (short)total) + ((zero >> 16) * (total >> 16));
            }

            for (long step = 0; step < steps; step++)
            {
                var inputs = a->Rows[row] + (tile.IsIndexed ? a->Indices[step] : step * 4);
                var weights = (sbyte*)a->Weights + (((step * TileSpecification.PanelColumns) + column) * 4);
                for (var k = 0; k < 4; k++)
                {
                    sum += inputs[k] * weights[k];
                }
            }

            if (!IsWritten(tile, a, column))
            {
                continue;
            }

            var output = a->Outputs[row] + a->OutputOffset + (column * 4);
            switch (tile.Epilogue)
            {
                case TileEpilogue.Raw:
                    *(int*)output = sum;
                    break;
                case TileEpilogue.Accumulate:
                    *(int*)output += sum;
                    break;
                default:
                    *(float*)output = Activate(
                        tile, MathF.FusedMultiplyAdd(sum * a->ColumnScales[column], a->RowScales[row], a->Biases[column]));
                    break;
            }
        }
    }

    private static void RunInt4(in TileSpecification tile, TileArguments* a, int row)
    {
        var record = Int4Group.RecordBytes(tile.HasGroupScales);
        var groups = a->InputBytes / record;
        for (var column = 0; column < TileSpecification.Int4Columns; column++)
        {
            var total = 0f;
            for (long group = 0; group < groups; group++)
            {
                var inputs = (sbyte*)a->Rows[row] + (group * record);
                var pair = a->Groups + (group / 2 * Int4Group.PairBytes);
                var scale = (float)BinaryPrimitives.ReadHalfLittleEndian(new ReadOnlySpan<byte>(pair + (group % 2 * 32) + (column * 2), 2));
                var zero = group % 2 == 0 ? pair[64 + column] & 15 : pair[64 + column] >> 4;
                var sum = zero * *(int*)(inputs + TileSpecification.Int4Group);
                for (var k = 0; k < TileSpecification.Int4Group; k++)
                {
                    var packed = a->Weights[(group * Int4Group.WeightBytes) + (k % 16 / 4 * 64) + (column * 4) + (k % 4)];
                    sum += inputs[k] * (k < 16 ? packed & 15 : packed >> 4);
                }

                var product = (float)sum;
                if (tile.HasGroupScales)
                {
                    product *= *(float*)(inputs + TileSpecification.Int4Group + sizeof(int));
                }

                total = MathF.FusedMultiplyAdd(product, scale, total);
            }

            if (IsWritten(tile, a, column))
            {
                var value = tile.HasGroupScales
                    ? total + a->Biases[column]
                    : MathF.FusedMultiplyAdd(
                        a->ColumnScales[column],
                        ((float*)a->RowZeros)[row],
                        MathF.FusedMultiplyAdd(total, a->RowScales[row], a->Biases[column]));
                *(float*)(a->Outputs[row] + a->OutputOffset + (column * 4)) = Activate(tile, value);
            }
        }
    }

    private static void RunExpertDown(in TileSpecification tile, TileArguments* a, long row)
    {
        var hidden = (sbyte*)a->Rows[row];
        var sums = (int*)(hidden + a->OutputOffset);
        for (long column = 0; column < a->InputBytes * TileSpecification.PanelColumns; column++)
        {
            var (panel, lane) = (column / TileSpecification.PanelColumns, column % TileSpecification.PanelColumns);
            var weights = a->Weights + (panel * a->PanelStride);
            for (var k = 0; k < tile.Depth; k++)
            {
                sums[column] += hidden[k] * weights[(k / 4 * TileSpecification.PanelColumns * 4) + (lane * 4) + (k % 4)];
            }
        }
    }

    private static bool IsWritten(in TileSpecification tile, TileArguments* a, int column) =>
        !tile.IsMasked || (a->ColumnMask >> column & 1) != 0;

    private static float Activate(in TileSpecification tile, float value) => tile.Epilogue == TileEpilogue.Gelu
        ? VectorActivations.Gelu.Apply<Width128, Vector128<float>>(Vector128.Create(value), default).ToScalar()
        : value;
}
