using System.Globalization;

namespace NativeSparse.Measurement;

/// <summary>A shape that benchmarks are asked for by name, such as <c>bert-base</c>, or by its sizes, such as <c>768x3072</c>.</summary>
public sealed record KernelShape
{
    /// <summary>The shapes that have names.</summary>
    public static IReadOnlyList<KernelShape> Known { get; } =
    [
        Network("bert-base", 768, 3072),
        Network("minilm", 384, 1536),
        Network("llama-7b", 4096, 11008) with { IsGated = true },
        Network("vit-l", 1024, 4096),
        new KernelShape { Name = "mobilenetv2", IsNetwork = false, Products = PointwiseProducts.MobileNetV2 },
    ];

    /// <summary>Its name, or its sizes.</summary>
    public required string Name { get; init; }

    /// <summary>The products: D x H for a network, and every product of a model that is none.</summary>
    public required IReadOnlyList<KernelProduct> Products { get; init; }

    /// <summary>Whether the product is the first of a feed-forward network.</summary>
    public bool IsNetwork { get; init; } = true;

    /// <summary>Whether that network is gated.</summary>
    public bool IsGated { get; init; }

    /// <summary>How many tokens (or images) there are, or null for the counts that are usual for the family.</summary>
    public int? Tokens { get; init; }

    /// <summary>Reads a known name or <c>AxB</c>, with or without a number of tokens before it: <c>128xbert-base</c>, <c>128x768x3072</c>.</summary>
    /// <exception cref="FormatException">It is none of these; the message lists the known names.</exception>
    public static KernelShape Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Find(text) is { } shape)
        {
            return shape;
        }

        var cut = text.IndexOf('x', StringComparison.Ordinal);
        if (cut > 0 && ReadSize(text[..cut]) is { } tokens && Find(text[(cut + 1)..]) is { } counted)
        {
            return counted with { Tokens = tokens };
        }

        throw new FormatException(
            $"shape '{text}': expected DxH, TxDxH (such as 128x768x3072), or a name, with or without Tx before it: "
            + string.Join(", ", Known.Select(known => known.IsNetwork ? $"{known.Name} ({known.Products[0]}{(known.IsGated ? ", gated" : "")})" : known.Name)));
    }

    /// <summary>The float32 cases of a family; none where the family has no such shape. Sparse convolutions of several images are those of one with all pixels.</summary>
    /// <exception cref="FormatException">An operand would be larger than 1 GB, or H is not a multiple of the number of experts.</exception>
    public IReadOnlyList<KernelCase> Cases(KernelFamily family)
    {
        var hasGated = family is KernelFamily.FeedForward or KernelFamily.Experts;
        var isConvolution = !IsNetwork && family == KernelFamily.Sparse;
        var isFor = family == KernelFamily.Dense || isConvolution || (IsNetwork && (hasGated || !IsGated));
        if (!isFor)
        {
            return [];
        }

        KernelCase[] cases =
        [
            .. from product in Products
               from count in Counts(family, product)
               select KernelCase.Parse(family, string.Create(CultureInfo.InvariantCulture, $"{(long)count * product.Positions}x{product}"))
                   with { IsGated = IsGated && hasGated, IsChannelMajor = isConvolution },
        ];
        return isConvolution
            ? [.. KernelCase.ConvolutionHeights.SelectMany(height => cases.Select(@case => @case with { BlockHeight = height }))]
            : cases;
    }

    private int[] Counts(KernelFamily family, KernelProduct product) =>
        Tokens is { } tokens ? [tokens]
        : product.Positions > 1 ? [1]
        : KernelCase.UsualTokens(family);

    private static KernelShape? Find(string text) => Known.FirstOrDefault(known => known.Name == text)
        ?? (text.Split('x') is [var width, var hidden] && ReadSize(width) is { } d && ReadSize(hidden) is { } h ? Network(text, d, h) : null);

    private static int? ReadSize(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 ? size : null;

    private static KernelShape Network(string name, int inputWidth, int hiddenWidth) =>
        new() { Name = name, Products = [new KernelProduct(inputWidth, hiddenWidth)] };
}
