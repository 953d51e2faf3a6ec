using System.Text.Json.Nodes;

namespace NativeSparse;

/// <summary>Checks of what hosts hand over.</summary>
internal static class Argument
{
    /// <summary>The number, if it is at least 1.</summary>
    public static int Positive(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        return value;
    }

    /// <summary>The object, or null; parsed JSON with a name that occurs twice only fails when it is first read.</summary>
    public static JsonObject? Readable(JsonObject? options, string name)
    {
        try
        {
            _ = options?.Count;
            return options;
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"{name} has a name that occurs twice: {exception.Message}", name, exception);
        }
    }

    /// <summary>The list, if neither it nor an element is null.</summary>
    public static IReadOnlyList<T> Elements<T>(IReadOnlyList<T> list, string name)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(list, name);
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is null)
            {
                throw new ArgumentException($"{name}[{i}] is null, expected a {typeof(T).Name}", name);
            }
        }

        return list;
    }
}
