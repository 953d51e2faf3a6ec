using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace NativeSparse.Cli.Text;

/// <summary>Byte-level byte-pair encoding as GPT-2 models use it: no prefix space, no normalisation. Thread-safe.</summary>
internal sealed partial class ByteLevelTokenizer
{
    private readonly BpeTokenizer _tokenizer;

    /// <summary>Creates the tokenizer that a <c>tokenizer.json</c> describes.</summary>
    public ByteLevelTokenizer(TokenizerFile file)
    {
        var options = new BpeOptions(file.Vocabulary)
        {
            Merges = file.Merges,
            SpecialTokens = file.SpecialTokens.Count == 0 ? null : file.SpecialTokens,
            PreTokenizer = new RegexPreTokenizer(Words(), file.SpecialTokens.Count == 0 ? null : file.SpecialTokens),
            ByteLevel = true,
        };
        _tokenizer = BpeTokenizer.Create(options);
    }

    /// <summary>The tokens of a text.</summary>
    public long[] Encode(string text)
    {
        var ids = _tokenizer.EncodeToIds(text);
        var result = new long[ids.Count];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = ids[i];
        }

        return result;
    }

    /// <summary>The text of tokens; bytes that are no whole character become the replacement character.</summary>
    public string Decode(IEnumerable<long> ids) => _tokenizer.Decode(ids.Select(id => checked((int)id)), considerSpecialTokens: true);

    // The word pattern that byte-level pre-tokenizers of tokenizer.json files imply by their name.
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Words();
}
