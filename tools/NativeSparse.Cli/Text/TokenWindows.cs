namespace NativeSparse.Cli.Text;

/// <summary>Cuts a long row of tokens into windows that a model reads at once.</summary>
internal static class TokenWindows
{
    /// <summary>Consecutive windows of the same length; a last part that is shorter is dropped, unless it is the only one.</summary>
    public static IReadOnlyList<long[]> Cut(long[] tokens, int length)
    {
        if (tokens.Length <= length)
        {
            return tokens.Length == 0 ? [] : [tokens];
        }

        var windows = new List<long[]>();
        for (var start = 0; start + length <= tokens.Length; start += length)
        {
            windows.Add(tokens[start..(start + length)]);
        }

        return windows;
    }

    /// <summary>At most <paramref name="count"/> of the windows, evenly spread.</summary>
    public static IReadOnlyList<T> Spread<T>(IReadOnlyList<T> windows, int count) =>
        windows.Count <= count ? windows : [.. Enumerable.Range(0, count).Select(i => windows[(int)((long)i * windows.Count / count)])];
}
