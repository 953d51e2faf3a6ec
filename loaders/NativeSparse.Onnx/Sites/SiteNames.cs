namespace NativeSparse.Onnx;

/// <summary>Makes unique, readable names of sites from the names of their nodes and constants.</summary>
internal sealed class SiteNames
{
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>
    /// The common path of the linears' node names, outputs or constants and then <paramref name="word"/>; the word and a number where they have
    /// nothing in common.
    /// </summary>
    internal string Next(IReadOnlyList<Linear> linears, IEnumerable<string> biases, string word)
    {
        var prefix = Common([.. linears.Select(l => l.Node.Proto.Name)], '/')
            ?? Common([.. linears.Select(l => l.Output.Name)], '/')
            ?? Common([.. linears.Select(l => l.Weight.Name)], '.')
            ?? Common([.. biases, linears[^1].Bias?.Constant.Name ?? ""], '.')
            ?? Common([.. linears.Select(l => l.Node.Proto.Name)], '.');
        if (prefix is not null)
        {
            return Unique($"{prefix}/{word}");
        }

        for (var i = _numbers.GetValueOrDefault(word); ; i++)
        {
            if (_used.Add($"{word}.{i}"))
            {
                _numbers[word] = i + 1;
                return $"{word}.{i}";
            }
        }
    }

    /// <summary>A name made unique by a number.</summary>
    internal string Unique(string name)
    {
        if (_used.Add(name))
        {
            return name;
        }

        for (var i = _numbers.GetValueOrDefault(name, 2); ; i++)
        {
            if (_used.Add($"{name}.{i}"))
            {
                _numbers[name] = i + 1;
                return $"{name}.{i}";
            }
        }
    }

    private static string? Common(string[] names, char separator)
    {
        var parts = names.Where(n => n.Length > 0).Select(n => n.Split(separator)).ToArray();
        if (parts.Length < 2)
        {
            return null;
        }

        var length = 0;
        while (parts.All(p => length < p.Length - 1) && parts.All(p => p[length] == parts[0][length]))
        {
            length++;
        }

        var prefix = string.Join(separator, parts[0][..length]);
        return prefix.Trim(separator).Length == 0 ? null : prefix;
    }
}
