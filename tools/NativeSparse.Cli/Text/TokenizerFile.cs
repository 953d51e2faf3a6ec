using System.Text.Json;

namespace NativeSparse.Cli.Text;

/// <summary>A <c>tokenizer.json</c> file that holds byte-level byte-pair encoding.</summary>
/// <param name="Vocabulary">Token to id.</param>
/// <param name="Merges">Pairs in order, <c>left right</c>.</param>
/// <param name="SpecialTokens">Tokens that are matched as they are.</param>
internal sealed record TokenizerFile(
    IReadOnlyDictionary<string, int> Vocabulary, IReadOnlyList<string> Merges, IReadOnlyDictionary<string, int> SpecialTokens)
{
    /// <summary>Name of the file beside a model.</summary>
    public const string FileName = "tokenizer.json";

    private const string Wanted = "a BPE model with a ByteLevel pre-tokenizer, without prefix space and normalizer";

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It is another kind of tokenizer, or not a tokenizer.</exception>
    public static TokenizerFile Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads a stream.</summary>
    /// <exception cref="InputException">It is another kind of tokenizer, or not a tokenizer.</exception>
    public static TokenizerFile Read(Stream stream, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            RequireByteLevel(root, path);
            var model = root.GetProperty("model");
            return new TokenizerFile(
                model.GetProperty("vocab").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetInt32()),
                [.. model.GetProperty("merges").EnumerateArray().Select(Pair)],
                root.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array
                    ? added.EnumerateArray().ToDictionary(token => token.GetProperty("content").GetString()!, token => token.GetProperty("id").GetInt32())
                    : new Dictionary<string, int>());
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException($"'{path}' is not a tokenizer file: {exception.Message}; wanted {Wanted}", path);
        }
    }

    private static void RequireByteLevel(JsonElement root, string path)
    {
        var model = root.GetProperty("model").GetProperty("type").GetString();
        var splitter = root.TryGetProperty("pre_tokenizer", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        var kind = splitter.ValueKind == JsonValueKind.Object ? splitter.GetProperty("type").GetString() : null;
        var prefix = kind == "ByteLevel" && splitter.TryGetProperty("add_prefix_space", out var space) && space.ValueKind == JsonValueKind.True;
        var normalizer = root.TryGetProperty("normalizer", out var normal) && normal.ValueKind == JsonValueKind.Object;
        if (model != "BPE" || kind != "ByteLevel" || prefix || normalizer)
        {
            throw new InputException(
                $"'{path}' holds a {model} model, pre-tokenizer {kind ?? "none"}, prefix space {prefix}, normalizer {normalizer}; "
                + $"supported is {Wanted}. Give token ids (input_ids) instead of text",
                path);
        }
    }

    private static string Pair(JsonElement merge) =>
        merge.ValueKind == JsonValueKind.Array ? $"{merge[0].GetString()} {merge[1].GetString()}" : merge.GetString()!;
}
