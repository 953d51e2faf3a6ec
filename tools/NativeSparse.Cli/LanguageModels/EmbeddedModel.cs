using System.Text.Json;
using NativeSparse.Cli.Text;

namespace NativeSparse.Cli.LanguageModels;

/// <summary>The default model inside the tool: novella, a small language model of English novels.</summary>
internal static class EmbeddedModel
{
    private const string Folder = "novella";

    /// <summary>Tokens the model reads at once.</summary>
    public const int Context = 256;

    /// <summary>The serialized model.</summary>
    public static byte[] ReadModel()
    {
        using var stream = Open("model.onnx");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Its tokenizer.</summary>
    public static ByteLevelTokenizer ReadTokenizer()
    {
        using var stream = Open(TokenizerFile.FileName);
        return new ByteLevelTokenizer(TokenizerFile.Read(stream, $"{Folder}/{TokenizerFile.FileName}"));
    }

    /// <summary>Text of the training books, to fit on.</summary>
    public static string ReadCalibrationText() => string.Concat(ReadText("calibration.jsonl")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()));

    /// <summary>Text of the same books that the model was not trained on.</summary>
    public static string ReadHeldOutText() => ReadText("heldout.txt");

    private static string ReadText(string name)
    {
        using var reader = new StreamReader(Open(name));
        return reader.ReadToEnd();
    }

    private static Stream Open(string name) => typeof(EmbeddedModel).Assembly.GetManifestResourceStream($"{Folder}/{name}")
        ?? throw new InvalidOperationException($"the tool was built without its default model: resource '{Folder}/{name}' is missing");
}
