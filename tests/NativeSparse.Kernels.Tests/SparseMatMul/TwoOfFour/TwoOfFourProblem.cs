using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Random weights of which at most two of four neighbouring inputs are other than zero, sometimes fewer; their products.</summary>
internal static class TwoOfFourProblem
{
    public static TwoOfFourWeights Weights(int inputs, int outputs)
    {
        var random = new Random(inputs + outputs);
        var dense = new float[inputs * outputs];
        for (var first = 0; first < inputs; first += TwoOfFourWeights.GroupInputs)
        {
            for (var n = 0; n < outputs; n++)
            {
                for (var i = 0; i < 2; i++)
                {
                    var k = first + random.Next(TwoOfFourWeights.GroupInputs);
                    if (k < inputs)
                    {
                        dense[(k * outputs) + n] = random.NextSingle() - 0.5f;
                    }
                }
            }
        }

        return TwoOfFourWeights.FromDense(dense, inputs, outputs);
    }

    /// <summary>Whether an output stores an entry for an input, be it zero.</summary>
    public static bool Stores(TwoOfFourWeights weights, int input, int output)
    {
        var (group, place) = Math.DivRem(input, TwoOfFourWeights.GroupInputs);
        var places = weights.Positions.Span[(group * weights.OutputWidth) + output];
        return (places & 3) == place || places >> 2 == place;
    }

    public static float[] Rows(Backend backend, TwoOfFourWeights weights, Operand x, Epilogue epilogue, int threads)
    {
        using var packed = backend.Sparse.Pack(weights);
        using var host = new Host(threads);
        using var y = new Operand(x.View.Rows, weights.OutputWidth, gap: 5);
        backend.Sparse.Run(host.Execution, x.View, packed, epilogue, y.View);
        Assert.True(y.GapsAreUntouched());
        return y.Values();
    }

    /// <summary>Rows of channels; the result <c>[N, P]</c>.</summary>
    public static float[] Channels(Backend backend, TwoOfFourWeights weights, Operand x, Epilogue epilogue, int threads)
    {
        using var packed = backend.Sparse.Pack(weights);
        using var host = new Host(threads);
        using var y = new Operand(weights.OutputWidth, x.View.Columns, gap: 5);
        backend.Sparse.RunChannels(host.Execution, x.View, packed, epilogue, y.View);
        Assert.True(y.GapsAreUntouched());
        return y.Values();
    }
}
