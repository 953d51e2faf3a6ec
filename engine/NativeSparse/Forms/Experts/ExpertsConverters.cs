using NativeSparse.Forms.Experts.Converters;

namespace NativeSparse.Forms.Experts;

/// <summary>The converters of the experts form, the default one first. Adding one is one line here.</summary>
internal static class ExpertsConverters
{
    /// <summary>All converters.</summary>
    public static IReadOnlyList<IExpertsConverter> All { get; } =
    [
        new DefaultConverter(), new ContiguousConverter(), new FactorLlmConverter(), new DynamicDinoConverter(),
    ];

    /// <summary>The converter of a name; null means the default one.</summary>
    /// <exception cref="ConversionException">There is no such converter; lists them.</exception>
    public static IExpertsConverter Find(string? name, string? site) =>
        All.FirstOrDefault(converter => name is null || converter.Name == name)
        ?? throw new ConversionException(
            $"form 'experts' has no converter '{name}'; known: {string.Join(", ", All.Select(converter => converter.Name))}", site, "experts");
}
