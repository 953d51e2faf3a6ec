using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>The last step of a pass: adds the scaled sums and the weighted biases to the output.</summary>
internal static unsafe class Int8ExpertSums
{
    public static void Run(ref Int8ExpertPass pass, int chunk)
    {
        for (var t = chunk * Int8ExpertPass.ChunkTokens; t < Math.Min((chunk + 1) * Int8ExpertPass.ChunkTokens, pass.X.Rows); t++)
        {
            Finish(pass, t);
        }
    }

    /// <summary>y += scale * sums, then the weighted biases of the token's experts.</summary>
    private static void Finish(in Int8ExpertPass pass, int token)
    {
        var pairs = pass.Bins.PairsOf(token);
        if (pairs.IsEmpty)
        {
            return;
        }

        var y = pass.Y.Row(token);
        var sums = pass.SumsOf(token);
        var scale = pass.TokenScales.Row(0)[token];
        fixed (float* columnScales = pass.Experts.DownScales)
        {
            var lanes = Vector256<float>.Count;
            var factor = Vector256.Create(scale);
            var o = 0;
            for (; o <= pass.Y.Columns - lanes; o += lanes)
            {
                var product = Vector256.ConvertToSingle(Vector256.Load(sums + o)) * Vector256.Load(columnScales + o);
                Vector256.FusedMultiplyAdd(product, factor, Vector256.Load(y + o)).Store(y + o);
            }

            for (; o < pass.Y.Columns; o++)
            {
                y[o] = MathF.FusedMultiplyAdd(sums[o] * columnScales[o], scale, y[o]);
            }
        }

        if (!pass.Experts.HasExpertBias)
        {
            return;
        }

        foreach (var pair in pairs)
        {
            var bias = pass.Experts.ExpertBias(pass.Bins.Expert(pair));
            var weight = pass.Bins.Weights(pair)[0];
            for (var o = 0; o < pass.Y.Columns; o++)
            {
                y[o] = MathF.FusedMultiplyAdd(weight, bias[o], y[o]);
            }
        }
    }
}
