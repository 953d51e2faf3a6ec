using System.Globalization;

namespace NativeSparse.Cli.Inputs;

/// <summary>Sizes for open batch and sequence dimensions: <c>1x128</c>.</summary>
/// <param name="Batch">Size of the batch dimension.</param>
/// <param name="Sequence">Size of every other open dimension.</param>
internal sealed record InputShape(long Batch, long Sequence)
{
    /// <summary>What is used where nothing else is said.</summary>
    public static InputShape Default { get; } = new(1, 16);

    // More tokens than this are a typing error.
    private const long MaxElements = 1 << 24;

    /// <summary>Reads a list such as <c>1x16,1x128</c>; null when it is none, or of sizes beyond memory.</summary>
    public static IReadOnlyList<InputShape>? ParseList(string text)
    {
        var shapes = new List<InputShape>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var sizes = part.Split('x');
            if (sizes.Length != 2 || !TryParse(sizes[0], out var batch) || !TryParse(sizes[1], out var sequence)
                || batch > MaxElements / sequence)
            {
                return null;
            }

            shapes.Add(new InputShape(batch, sequence));
        }

        return shapes;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Batch}x{Sequence}");

    private static bool TryParse(string text, out long size) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size > 0;
}
