namespace NativeSparse.Kernels.Tests;

/// <summary>Random weights of which at most two of four neighbouring inputs are other than zero, sometimes fewer.</summary>
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
}
