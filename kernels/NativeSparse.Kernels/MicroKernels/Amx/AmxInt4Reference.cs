using System.Buffers.Binary;

namespace NativeSparse.Kernels;

/// <summary>What an AMX kernel for int4 computes, in plain loops over the same arguments.</summary>
internal static unsafe class AmxInt4Reference
{
    private const int Group = TileSpecification.Int4Group;
    private const int Columns = TileSpecification.Int4Columns;

    public static void Run(AmxInt4Arguments* arguments, AmxInt4Form form)
    {
        for (long row = 0; row < arguments->Blocks * form.Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                arguments->Totals[(row * Columns) + column] = Total(arguments, form, row, column);
            }
        }
    }

    private static float Total(AmxInt4Arguments* a, AmxInt4Form form, long row, int column)
    {
        var total = a->Totals[(row * Columns) + column];
        for (long group = 0; group < 2 * a->Pairs; group++)
        {
            var record = a->Rows + (row * a->RowStride) + (group * Int4Group.RecordBytes(form.HasGroupScales));
            var weights = a->Weights + (group * Group * Columns) + (4 * column);
            var sum = 0;
            for (var k = 0; k < Group; k++)
            {
                sum += ((sbyte*)record)[k] * weights[(k / 4 * Columns * 4) + (k % 4)];
            }

            var scales = a->Groups + (group / 2 * Int4Group.PairBytes) + (group % 2 * sizeof(short) * Columns);
            var scale = (float)BinaryPrimitives.ReadHalfLittleEndian(new ReadOnlySpan<byte>(scales + (sizeof(short) * column), sizeof(short)));
            var product = form.HasGroupScales ? sum * *(float*)(record + Group + sizeof(int)) : sum;
            total = MathF.FusedMultiplyAdd(product, scale, total);
        }

        return total;
    }
}
