using NativeSparse.Measurement;

namespace NativeSparse.Cli.Bench.Kernels;

/// <summary>Whether the automatic choice is fast enough.</summary>
internal static class KernelVerdict
{
    private const double AllowedRatio = 0.95;

    /// <summary>
    /// One line for each case in which the automatic choice is more than 5 % slower than ONNX Runtime or than another backend of the run, or the
    /// layout that is picked for sparse weights than another; the whole interval of the paired ratio has to say so.
    /// </summary>
    public static IEnumerable<string> Failures(IEnumerable<KernelBenchRow> rows)
    {
        foreach (var row in rows.Where(row => row.Picked))
        {
            if (row.RatioToOnnxRuntimeHigh < AllowedRatio)
            {
                yield return Failure(row, "ONNX Runtime", row.RatioToOnnxRuntime, row.RatioToOnnxRuntimeHigh);
            }

            if (row.RatioToFastestOtherHigh < AllowedRatio)
            {
                yield return Failure(row, row.FastestOther!, row.RatioToFastestOther, row.RatioToFastestOtherHigh);
            }

            if (row.RatioToFastestOtherLayoutHigh < AllowedRatio)
            {
                yield return Failure(
                    row, $"layout {row.FastestOtherLayout}", row.RatioToFastestOtherLayout, row.RatioToFastestOtherLayoutHigh, $" in the picked layout {row.PickedLayout}; if the costs were measured on a busy machine, measure them anew with --measure-costs");
            }
        }
    }

    private static string Failure(KernelBenchRow row, string other, double? ratio, double? high, string detail = "") => FormattableString.Invariant(
        $"too slow: {row.Family} {row.Case} {row.Precision}, T = {row.Tokens}{(row.Cold ? ", cold" : "")}: {other} takes {ratio:0.00} (at most {high:0.00}) of the time of {row.Backend}{detail}");
}
