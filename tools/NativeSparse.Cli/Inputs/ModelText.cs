using System.Text.Json;
using NativeSparse.Cli.Text;

namespace NativeSparse.Cli.Inputs;

/// <summary>Turns text into token windows for a model file, with what lies beside it: <c>tokenizer.json</c> and <c>config.json</c>.</summary>
internal sealed class ModelText
{
    private const int DefaultWindow = 256;
    private static readonly string[] LengthFields = ["n_positions", "max_position_embeddings", "n_ctx"];
    private readonly string _tokenizerPath;
    private readonly Lazy<ByteLevelTokenizer> _tokenizer;

    /// <summary>Creates it for a model file; nothing is read until text comes.</summary>
    public ModelText(string modelPath)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(modelPath)) ?? ".";
        _tokenizerPath = Path.Combine(folder, TokenizerFile.FileName);
        _tokenizer = new Lazy<ByteLevelTokenizer>(Open);
        WindowLength = Math.Min(DefaultWindow, LengthIn(Path.Combine(folder, "config.json")) ?? DefaultWindow);
    }

    /// <summary>Tokens of a window: 256, or what the model's configuration allows when that is less.</summary>
    public int WindowLength { get; }

    /// <summary>The windows of a text.</summary>
    /// <exception cref="InputException">There is no tokenizer beside the model, or one of another kind.</exception>
    public IReadOnlyList<long[]> Windows(string text) => TokenWindows.Cut(_tokenizer.Value.Encode(text), WindowLength);

    private ByteLevelTokenizer Open() => File.Exists(_tokenizerPath)
        ? new ByteLevelTokenizer(TokenizerFile.Read(_tokenizerPath))
        : throw new InputException($"text needs '{_tokenizerPath}', which does not exist; give token ids (input_ids) instead", _tokenizerPath);

    private static int? LengthIn(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            return LengthFields
                .Select(field => document.RootElement.TryGetProperty(field, out var value) && value.TryGetInt32(out var length) ? length : 0)
                .FirstOrDefault(length => length > 0) is > 0 and var found ? found : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new InputException($"'{path}' is not a model configuration: {exception.Message}", path);
        }
    }
}
