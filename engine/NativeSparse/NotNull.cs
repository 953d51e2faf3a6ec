namespace NativeSparse;

/// <summary>Checks of what hosts hand over.</summary>
internal static class NotNull
{
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
