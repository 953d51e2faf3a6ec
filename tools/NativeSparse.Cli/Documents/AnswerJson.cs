using System.Text.Encodings.Web;
using System.Text.Json;

namespace NativeSparse.Cli.Documents;

/// <summary>The serializer that every answer is written with.</summary>
internal static class AnswerJson
{
    // The answer goes to a program or a terminal, never into a page: quotes and letters stay readable.
    /// <summary>How each document becomes JSON.</summary>
    public static DocumentJson Documents { get; } =
        new(new JsonSerializerOptions(DocumentJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
