using NativeSparse.Forms.Dense;
using NativeSparse.Forms.Experts;

namespace NativeSparse.Forms;

/// <summary>The forms the engine knows. Adding one is one line here.</summary>
internal static class FormRegistry
{
    /// <summary>Plans say this where a site stays in ONNX Runtime.</summary>
    public const string None = "none";

    /// <summary>All forms, by name.</summary>
    public static IReadOnlyList<FormDescriptor> Forms { get; } =
    [
        new DenseDescriptor(),
        new ExpertsDescriptor(),
    ];

    /// <summary>The form of a name.</summary>
    /// <exception cref="ConversionException">There is no such form; lists them.</exception>
    public static FormDescriptor Find(string name, string? site = null) =>
        Forms.FirstOrDefault(form => form.Name == name)
        ?? throw new ConversionException(
            $"unknown form '{name}'{(site is null ? string.Empty : $" for site '{site}'")}; known: {string.Join(", ", Forms.Select(form => form.Name))}, {None}",
            site,
            name);

    /// <summary>The form of an operator, or null.</summary>
    public static FormDescriptor? FindByOpType(string opType) => Forms.FirstOrDefault(form => form.OpType == opType);
}
