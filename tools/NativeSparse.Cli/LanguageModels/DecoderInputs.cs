using System.Numerics.Tensors;

namespace NativeSparse.Cli.LanguageModels;

/// <summary>Inputs of the embedded decoder for a window of tokens with nothing before it.</summary>
internal static class DecoderInputs
{
    private const int Layers = 6;
    private const int Heads = 8;
    private const int HeadWidth = 32;

    /// <summary>One batch of one row.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyTensor> Create(long[] tokens)
    {
        var inputs = new Dictionary<string, IReadOnlyTensor>
        {
            ["input_ids"] = Row(tokens),
            ["attention_mask"] = Row([.. Enumerable.Repeat(1L, tokens.Length)]),
            ["position_ids"] = Row([.. Enumerable.Range(0, tokens.Length).Select(position => (long)position)]),
        };
        for (var layer = 0; layer < Layers; layer++)
        {
            inputs[$"past_key_values.{layer}.key"] = Tensor.Create<float>([], [1, Heads, 0, HeadWidth]);
            inputs[$"past_key_values.{layer}.value"] = Tensor.Create<float>([], [1, Heads, 0, HeadWidth]);
        }

        return inputs;
    }

    private static Tensor<long> Row(long[] values) => Tensor.Create(values, [1, values.Length]);
}
