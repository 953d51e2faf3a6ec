using System.Numerics.Tensors;
using NativeSparse.Testing;

namespace NativeSparse.Tests.Models;

/// <summary>The language model that comes with the command-line tool.</summary>
internal static class Novella
{
    private const int Layers = 6;

    /// <summary>The model file in the repository.</summary>
    public static string Path { get; } =
        System.IO.Path.Combine(SharedData.RepositoryRoot, "tools", "NativeSparse.Cli", "Models", "novella", "model.onnx");

    /// <summary>Inputs of one sequence with an empty past.</summary>
    public static Dictionary<string, IReadOnlyTensor> Inputs(int seed, int tokens)
    {
        var random = new Random(seed);
        nint[] shape = [1, tokens];
        var inputs = new Dictionary<string, IReadOnlyTensor>
        {
            ["input_ids"] = Tensor.Create(Values(tokens, _ => random.Next(1, 2048)), shape),
            ["attention_mask"] = Tensor.Create(Values(tokens, _ => 1), shape),
            ["position_ids"] = Tensor.Create(Values(tokens, i => i), shape),
        };
        for (var layer = 0; layer < Layers; layer++)
        {
            inputs[$"past_key_values.{layer}.key"] = Tensor.Create(Array.Empty<float>(), [1, 8, 0, 32]);
            inputs[$"past_key_values.{layer}.value"] = Tensor.Create(Array.Empty<float>(), [1, 8, 0, 32]);
        }

        return inputs;
    }

    private static long[] Values(int count, Func<int, long> value) => [.. Enumerable.Range(0, count).Select(value)];
}
