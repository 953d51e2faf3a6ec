using NativeSparse.Kernels;

namespace NativeSparse.Conversion;

/// <summary>Names of precisions in plans.</summary>
internal static class Precisions
{
    private const string Float32 = "float32";

    /// <summary>The precision of a name.</summary>
    /// <exception cref="ConversionException">There is no such precision.</exception>
    public static Precision Parse(string name, string? site = null) => name == Float32
        ? Precision.Float32
        : throw new ConversionException($"precision '{name}' is not available; this version has: {Float32}", site);

    /// <summary>The name of a precision.</summary>
    public static string Name(Precision precision) => precision switch
    {
        Precision.Float32 => Float32,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, null),
    };
}
