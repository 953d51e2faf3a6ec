namespace NativeSparse.Kernels;

/// <summary>What an AMX kernel computes, in plain loops over the same arguments.</summary>
internal static unsafe class AmxReference
{
    private const int Columns = 32;

    /// <param name="arguments">As the kernel gets them; they stay as they are.</param>
    /// <param name="rows">Rows of the only block, or 32 for each of several.</param>
    public static void Run(AmxArguments* arguments, int rows)
    {
        var quads = (arguments->WeightsEnd - arguments->Weights) / (4 * Columns);
        for (long row = 0; row < (arguments->Blocks == 1 ? rows : arguments->Blocks * AmxConfiguration.BlockRows); row++)
        {
            var inputs = arguments->Rows + (row * arguments->RowStride);
            for (var column = 0; column < Columns; column++)
            {
                var sum = 0;
                for (long quad = 0; quad < quads; quad++)
                {
                    for (var k = 0; k < 4; k++)
                    {
                        sum += inputs[(quad * 4) + k] * arguments->Weights[(((quad * Columns) + column) * 4) + k];
                    }
                }

                arguments->Sums[(row * Columns) + column] = sum;
            }
        }
    }
}
