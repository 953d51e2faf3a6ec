using NativeSparse.Kernels;

namespace NativeSparse.Conversion;

/// <summary>Names of precisions in plans and options.</summary>
public static class Precisions
{
    /// <summary>All names: <c>float32</c>, <c>int8</c>, <c>int4</c>, <c>bfloat16</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<Precision>().Select(Name)];

    /// <summary>The name of a precision.</summary>
    public static string Name(Precision precision) => precision.ToString().ToLowerInvariant();

    /// <summary>The precision of a name.</summary>
    /// <exception cref="ConversionException">There is no such precision.</exception>
    public static Precision Parse(string name, string? site = null)
    {
        foreach (var precision in Enum.GetValues<Precision>())
        {
            if (Name(precision) == name)
            {
                return precision;
            }
        }

        throw new ConversionException($"precision '{name}' is not available; this version has: {string.Join(", ", Names)}", site);
    }
}
