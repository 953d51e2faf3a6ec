using System.Text.Json;
using NativeSparse.Cli.LanguageModels;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class TokenizerTests
{
    [Fact]
    public void The_embedded_tokenizer_gives_the_golden_ids_and_text()
    {
        var golden = Golden();
        var tokenizer = EmbeddedModel.ReadTokenizer();
        var cases = golden.RootElement.GetProperty("tokenizer").EnumerateArray().ToList();
        Assert.NotEmpty(cases);
        foreach (var example in cases)
        {
            var ids = Ids(example);
            Assert.Equal(ids, tokenizer.Encode(example.GetProperty("text").GetString()!));
            Assert.Equal(example.GetProperty("decoded").GetString(), tokenizer.Decode(ids));
        }
    }

    [Fact]
    public void The_embedded_tokenizer_gives_the_golden_prompts()
    {
        var tokenizer = EmbeddedModel.ReadTokenizer();
        foreach (var example in Golden().RootElement.GetProperty("prompts").EnumerateArray())
        {
            Assert.Equal(Ids(example), tokenizer.Encode(example.GetProperty("prompt").GetString()!));
        }
    }

    [Fact]
    public void The_end_token_is_one_token() => Assert.Equal([0L], EmbeddedModel.ReadTokenizer().Encode("<|end|>"));

    [Fact]
    public void Text_survives_encoding_and_decoding()
    {
        var tokenizer = EmbeddedModel.ReadTokenizer();
        var text = EmbeddedModel.ReadHeldOutText()[..20_000];

        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    private static long[] Ids(JsonElement example) => [.. example.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64())];

    private static JsonDocument Golden()
    {
        var folder = SharedData.Folder("models", "novella");
        Assert.SkipWhen(folder is null, SharedData.Absent);
        return JsonDocument.Parse(File.ReadAllText(Path.Combine(folder!, "golden.json")));
    }
}
