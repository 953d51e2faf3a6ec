namespace NativeSparse.Kernels;

/// <summary>A feed-forward network as two or three dense products, block of tokens by block.</summary>
internal static class SeparateProducts
{
    /// <summary>Tokens whose hidden activations stay in the outer cache between the products.</summary>
    private const int BlockTokens = 256;

    public static void Run(IDenseMatMul dense, in Execution execution, View x, in FeedForwardMatrices network, View y)
    {
        for (var start = 0; start < x.Rows; start += BlockTokens)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(BlockTokens, x.Rows - start);
            using var scope = execution.Scratch.Enter();
            var input = x.Slice(start, count);
            var hidden = execution.Scratch.RentSpread(count, network.Up.OutputWidth);
            if (network.Gate is null)
            {
                dense.Run(execution, input, network.Up, new Epilogue { Bias = network.UpBias, Activation = network.Activation }, hidden);
            }
            else
            {
                dense.Run(execution, input, network.Up, new Epilogue { Bias = network.UpBias }, hidden);
                dense.Run(
                    execution,
                    input,
                    network.Gate,
                    new Epilogue { Bias = network.GateBias, Activation = network.Activation, Multiplier = hidden },
                    hidden);
            }

            dense.Run(execution, hidden, network.Down, new Epilogue { Bias = network.DownBias }, y.Slice(start, count));
        }
    }
}
