using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>What an AMX kernel computes, in plain loops over the same arguments.</summary>
internal static unsafe class AmxReference
{
    private const int Columns = TileSpecification.PanelColumns;

    /// <param name="arguments">As the kernel gets them; they stay as they are.</param>
    /// <param name="isGelu">Whether outputs go through GELU.</param>
    public static void Run(AmxArguments* arguments, bool isGelu)
    {
        for (long row = 0; row < arguments->Blocks * arguments->BlockRows; row++)
        {
            var output = (float*)(arguments->Outputs + (row * arguments->OutputStride));
            for (long column = 0; column < arguments->Panels * Columns; column++)
            {
                var value = MathF.FusedMultiplyAdd(
                    Sum(arguments, row, column) * arguments->ColumnScales[column], arguments->RowScales[row], arguments->Biases[column]);
                output[column] = isGelu
                    ? VectorActivations.Gelu.Apply<Width128, Vector128<float>>(Vector128.Create(value), default).ToScalar()
                    : value;
            }
        }
    }

    private static int Sum(AmxArguments* a, long row, long column)
    {
        var (zero, total) = (a->RowZeros[row], a->ColumnSums[column]);
        var sum = ((short)zero * (short)total) + ((zero >> 16) * (total >> 16));
        var inputs = a->Rows + (row * a->RowStride);
        var weights = a->Weights + (column / Columns * a->PanelBytes) + (column % Columns * 4);
        for (long k = 0; k < a->PanelBytes / Columns; k++)
        {
            sum += inputs[k] * weights[(k / 4 * Columns * 4) + (k % 4)];
        }

        return sum;
    }
}
