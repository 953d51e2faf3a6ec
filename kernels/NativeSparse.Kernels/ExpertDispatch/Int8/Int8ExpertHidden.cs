using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>The third step of a pass: rounds all hidden values of a token with one scale.</summary>
internal static unsafe class Int8ExpertHidden
{
    public static void Run(ref Int8ExpertPass pass, int chunk)
    {
        for (var t = chunk * Int8ExpertPass.ChunkTokens; t < Math.Min((chunk + 1) * Int8ExpertPass.ChunkTokens, pass.X.Rows); t++)
        {
            RoundHidden(pass, t);
        }
    }

    private static void RoundHidden(in Int8ExpertPass pass, int token)
    {
        var pairs = pass.Bins.PairsOf(token);
        var magnitude = default(RowMagnitude);
        foreach (var pair in pairs)
        {
            magnitude.Add(pass.Hidden.Row(pair), pass.Experts.Width(pass.Bins.Expert(pair)));
        }

        var row = QuantizedRow.OfMagnitude(magnitude.Value, out var inverse);
        pass.TokenScales.Row(0)[token] = row.Scale;
        if (pass.Experts.Narrow is not null)
        {
            StoreNarrow(pass, token, row, inverse);
            return;
        }

        foreach (var pair in pairs)
        {
            pass.HiddenInputs.Store(pair, pass.Hidden.Row(pair), pass.Experts.Width(pass.Bins.Expert(pair)), row, inverse);
        }
    }

    private static void StoreNarrow(in Int8ExpertPass pass, int token, QuantizedRow row, float inverse)
    {
        if (pass.IsDownWhole)
        {
            new Span<sbyte>(pass.HiddenOf(token, 0), pass.Experts.Narrow!.TotalDepth).Clear();
        }

        var sum = 0;
        foreach (var pair in pass.Bins.PairsOf(token))
        {
            var expert = pass.Bins.Expert(pair);
            var depth = pass.Experts.Narrow!.Depth;
            var hidden = pass.HiddenOf(token, expert);
            RowQuantizer.Store(pass.Hidden.Row(pair), pass.Experts.Width(expert), row, inverse, RowEncoding.SignedBytes, (byte*)hidden, depth);
            sum += Sum(hidden, depth);
        }

        pass.Starts.RowInt32(0)[token] = -QuantizedRow.Middle * sum;
    }

    /// <summary>The sum of s8 values, a multiple of four of them.</summary>
    private static int Sum(sbyte* values, int count)
    {
        var sums = Vector128<int>.Zero;
        var i = 0;
        for (; i <= count - Vector128<sbyte>.Count; i += Vector128<sbyte>.Count)
        {
            var (low, high) = Vector128.Widen(Vector128.Load(values + i));
            var (first, second) = Vector128.Widen(low + high);
            sums += first + second;
        }

        var sum = Vector128.Sum(sums);
        for (; i < count; i++)
        {
            sum += values[i];
        }

        return sum;
    }
}
