using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>What an AMX kernel computes, in plain loops over the same arguments.</summary>
internal static unsafe class AmxReference
{
    private const int Columns = TileSpecification.PanelColumns;

    /// <param name="arguments">As the kernel gets them; they stay as they are.</param>
    /// <param name="finish">What becomes of sums.</param>
    public static void Run(AmxArguments* arguments, AmxFinish finish)
    {
        for (long row = 0; row < arguments->Blocks * arguments->BlockRows; row++)
        {
            var output = (float*)(arguments->Outputs + (row * arguments->OutputStride));
            for (long column = 0; column < arguments->Panels * Columns; column++)
            {
                var sum = finish.IsExpertDown ? ExpertSum(arguments, row, column) : Sum(arguments, row, column);
                if (finish.Epilogue == TileEpilogue.Raw)
                {
                    ((int*)output)[column] = sum;
                    continue;
                }

                var value = MathF.FusedMultiplyAdd(
                    sum * arguments->ColumnScales[column], arguments->RowScales[row], arguments->Biases[column]);
                value = finish.Epilogue == TileEpilogue.Gelu
                    ? VectorActivations.Gelu.Apply<Width128, Vector128<float>>(Vector128.Create(value), default).ToScalar()
                    : value;
                output[column] = finish.HasRowFactors ? value * arguments->RowFactors[row] : value;
            }
        }
    }

    private static int Sum(AmxArguments* a, long row, long column)
    {
        var (zero, total) = (a->RowZeros[row], a->ColumnSums[column]);
        var sum = ((short)zero * (short)total) + ((zero >> 16) * (total >> 16));
        var inputs = a->Rows + (row * a->RowStride);
        var weights = a->Weights + (column / Columns * a->PanelStride) + (column % Columns * 4);
        for (long k = 0; k < a->PanelBytes / Columns; k++)
        {
            sum += inputs[k] * weights[(k / 4 * Columns * 4) + (k % 4)];
        }

        return sum;
    }

    private static int ExpertSum(AmxArguments* a, long row, long column)
    {
        var sum = a->RowZeros[row];
        var hidden = (sbyte*)a->Rows + (row * a->RowStride);
        var weights = (byte*)a->Weights + (column / Columns * a->PanelStride) + (column % Columns * 4);
        for (long k = 0; k < a->PanelBytes / Columns; k++)
        {
            sum += hidden[k] * weights[(k / 4 * Columns * 4) + (k % 4)];
        }

        return sum;
    }
}
