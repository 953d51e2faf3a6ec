using System.Runtime.CompilerServices;
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RoundHidden(in Int8ExpertPass pass, int token)
    {
        var pairs = pass.Bins.PairsOf(token);
        var magnitude = default(RowMagnitude);
        foreach (var pair in pairs)
        {
            var expert = pass.Bins.Expert(pair);
            magnitude.Add(pass.Hidden.Row(pair) + pass.Experts.FirstNeuron(expert), pass.Experts.Width(expert));
        }

        var row = QuantizedRow.OfMagnitude(magnitude.Value, out var inverse);
        pass.TokenScales.Row(0)[token] = row.Scale;
        if (pass.Experts.Narrow is { } narrow)
        {
            StoreNarrow(pass, narrow, token, row, inverse);
            return;
        }

        foreach (var pair in pairs)
        {
            var expert = pass.Bins.Expert(pair);
            var others = pass.Experts.FirstNeuron(expert);
            new Span<float>(pass.Hidden.Row(pair), others).Clear();
            pass.HiddenInputs.Store(pair, pass.Hidden.Row(pair), others + pass.Experts.Width(expert), row, inverse);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StoreNarrow(in Int8ExpertPass pass, ExpertDownPanels narrow, int token, QuantizedRow row, float inverse)
    {
        if (pass.IsDownWhole)
        {
            new Span<sbyte>(pass.HiddenOf(token, 0), narrow.TotalDepth).Clear();
        }

        var (sum, sums) = (0, Vector256<int>.Zero);
        foreach (var pair in pass.Bins.PairsOf(token))
        {
            var expert = pass.Bins.Expert(pair);
            var hidden = pass.HiddenOf(token, expert);
            var width = pass.Experts.Width(expert);
            if (width != narrow.Depth || width % Vector256<sbyte>.Count > 0 || float.IsNaN(row.Scale))
            {
                RowQuantizer.Store(pass.Hidden.Row(pair), width, row, inverse, RowEncoding.SignedBytes, (byte*)hidden, narrow.Depth);
                sum += Sum(hidden, narrow.Depth);
                continue;
            }

            for (var i = 0; i < width; i += Vector256<sbyte>.Count)
            {
                var group = RowQuantizer.StoreGroup(pass.Hidden.Row(pair) + i, row, inverse, hidden + i);
                var (low, high) = Vector256.Widen(group);
                var (first, second) = Vector256.Widen(low + high);
                sums += first + second;
            }
        }

        pass.Starts.RowInt32(0)[token] = -QuantizedRow.Middle * (sum + Vector256.Sum(sums));
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
