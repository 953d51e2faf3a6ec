using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>Cuts the columns of some rows into tiles.</summary>
internal static class SemiringStrips<TWidth, TVector, TReduction, TCombination>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
    where TReduction : struct, IReduction
    where TCombination : struct, ICombination
{
    public static void Run(in MessageRows rows, int first, int end, int columns)
    {
        if (columns < TWidth.Lanes)
        {
            RunNarrow(rows, first, end, columns);
            return;
        }

        for (var column = 0; column < columns;)
        {
            var left = columns - column;
            var registers = left > 7 * TWidth.Lanes ? 8 : left > 3 * TWidth.Lanes ? 4 : left > TWidth.Lanes ? 2 : 1;
            var taken = Math.Min(left, registers * TWidth.Lanes);
            switch (registers)
            {
                case 8:
                    SemiringTile<TWidth, TVector, TReduction, TCombination>.Run<RowCounts.Eight>(rows, first, end, column, taken - TWidth.Lanes);
                    break;
                case 4:
                    SemiringTile<TWidth, TVector, TReduction, TCombination>.Run<RowCounts.Four>(rows, first, end, column, taken - TWidth.Lanes);
                    break;
                case 2:
                    SemiringTile<TWidth, TVector, TReduction, TCombination>.Run<RowCounts.Two>(rows, first, end, column, taken - TWidth.Lanes);
                    break;
                default:
                    // Fewer columns than a register has are left: some are computed once more.
                    SemiringTile<TWidth, TVector, TReduction, TCombination>.Run<RowCounts.One>(rows, first, end, columns - TWidth.Lanes, 0);
                    break;
            }

            column += taken;
        }
    }

    private static void RunNarrow(in MessageRows rows, int first, int end, int columns)
    {
        if (TWidth.Lanes > Width128.Lanes && columns >= Width128.Lanes)
        {
            SemiringStrips<Width128, Vector128<float>, TReduction, TCombination>.Run(rows, first, end, columns);
            return;
        }

        for (var column = 0; column < columns; column++)
        {
            SemiringColumn<TReduction, TCombination>.Run(rows, first, end, column);
        }
    }
}
