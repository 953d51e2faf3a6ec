using System.Globalization;
using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>One shape of one family.</summary>
/// <param name="Family">Which family.</param>
/// <param name="Tokens">T; the nodes of a graph; the pixels of a 1x1 convolution.</param>
/// <param name="InputWidth">K of a dense product, D of experts and of graphs; 0 for routing.</param>
/// <param name="HiddenWidth">N of a dense product, H (all experts together) of experts, edges a node of a graph; 0 for routing.</param>
/// <param name="Experts">E, or 0.</param>
/// <param name="Active">Active experts per token, or 0.</param>
/// <param name="Precision">How the weights are held.</param>
/// <param name="IsCold">Whether weights come from memory: a chain of layers with weights of their own, larger than the caches.</param>
public sealed record KernelCase(
    KernelFamily Family,
    int Tokens,
    int InputWidth,
    int HiddenWidth,
    int Experts = 0,
    int Active = 0,
    Precision Precision = Precision.Float32,
    bool IsCold = false)
{
    /// <summary>Values of the largest operand: 1 GB of float32.</summary>
    private const long MostValues = 1L << 28;

    private const int DefaultExperts = 8;
    private const int DefaultBlocks = 4;
    private const double DefaultZeros = 0.9;
    private const int GraphNodes = 10_000;

    private static readonly int[] SparseHeights = [1, 4, 8];
    private static readonly double[] SparseZeros = [0.7, 0.8, 0.9, 0.95];
    private static readonly double[] SparseInt8Zeros = [0.5, 0.7, 0.8, 0.9];
    private static readonly int[] SparseInt8Tokens = [16, 128];
    private static readonly int[] TwoOfFourTokens = [1, 32, 128];
    private static readonly double[] InactiveShares = [0.75, 0.92];
    private static readonly int[] BlockCounts = [DefaultBlocks, 8, 16];

    /// <summary>Outputs of a block of sparse int8 products.</summary>
    private const int SparseInt8Height = 32;

    /// <summary>Blocks of 1x1 convolutions: single weights and 4 output channels.</summary>
    internal static readonly int[] ConvolutionHeights = [1, 4];

    /// <summary>R of low-rank deltas.</summary>
    internal const int Rank = 16;

    /// <summary>The cases that are recorded.</summary>
    public static IReadOnlyList<KernelCase> Standard { get; } =
    [
        .. Dense(Precision.Float32),
        .. Dense(Precision.BFloat16),
        .. Dense(Precision.Int8),
        .. Dense(Precision.Int4),
        .. FeedForward(Precision.Float32),
        .. FeedForward(Precision.Int8),
        .. FeedForward(Precision.Int4),
        .. Mixture(8, 2, Precision.Float32),
        .. Mixture(16, 4, Precision.Float32),
        .. from tokens in new[] { 1, 16, 224 } select new KernelCase(KernelFamily.Experts, tokens, 256, 1024, 64, 16),
        .. Mixture(8, 2, Precision.BFloat16),
        .. Mixture(8, 2, Precision.Int8),
        .. Mixture(8, 2, Precision.Int4),
        .. Mixture(96, 24, Precision.Int8),
        new(KernelFamily.Experts, 1, 768, 3072, 96, 24, Precision.Int8, IsCold: true),
        .. Mixture(96, 48, Precision.Int8),
        .. from tokens in UsualTokens(KernelFamily.LowRank) select new KernelCase(KernelFamily.LowRank, tokens, 768, 3072, 8, 2),
        .. Sparse(),
        .. TwoOfFour(),
        .. SparseInt8(),
        .. PointwiseConvolutions(),
        .. from edges in new[] { 10, 50 } from width in new[] { 32, 64 } select new KernelCase(KernelFamily.Semiring, GraphNodes, width, edges),
        .. RowSparse(Precision.Float32),
        .. RowSparse(Precision.Int8),
        .. BlockDiagonal(Precision.Float32),
        .. BlockDiagonal(Precision.Int8),
        .. from tokens in new[] { 1, 224 } select new KernelCase(KernelFamily.Routing, tokens, 0, 0, 64, 16),
        .. from tokens in new[] { 1, 512 } select new KernelCase(KernelFamily.Routing, tokens, 0, 0, 8, 2),
    ];

    /// <summary>Whether a feed-forward network, or each expert, is gated: <c>(silu(x Wg) * (x Wu)) Wd</c>, without biases.</summary>
    public bool IsGated { get; init; }

    /// <summary>Share of the weights that are zero, of sparse products; of the activations, of products with sparse activations.</summary>
    public double Zeros { get; init; }

    /// <summary>Outputs that share a pattern, of sparse products.</summary>
    public int BlockHeight { get; init; } = 1;

    /// <summary>Neighbouring inputs of a block of sparse products.</summary>
    internal int BlockInputs => Precision == Precision.Int8 ? QuantizedSparseWeights.BlockInputs : 1;

    /// <summary>The same case at another precision; sparse products at int8 in blocks of 32 outputs.</summary>
    public KernelCase At(Precision precision) => this with
    {
        Precision = precision,
        BlockHeight = Family == KernelFamily.Sparse && precision == Precision.Int8 ? SparseInt8Height : BlockHeight,
        IsTwoOfFour = IsTwoOfFour && precision == Precision.Float32,
    };

    /// <summary>Whether x and y of a sparse product are rows of channels, a 1x1 convolution of an image: <c>[K, T]</c> to <c>[N, T]</c>.</summary>
    public bool IsChannelMajor { get; init; }

    /// <summary>Whether two of each four neighbouring inputs of an output are stored, of sparse products.</summary>
    public bool IsTwoOfFour { get; init; }

    /// <summary>Blocks of block-diagonal weights; both axes are cut into parts that differ by one at most.</summary>
    public int Blocks { get; init; } = 1;

    /// <summary><c>dense</c>, <c>ffn</c>, <c>experts</c>, <c>routing</c>, <c>lowrank</c>, <c>sparse</c>, <c>semiring</c>, <c>rowsparse</c> or <c>blockdiagonal</c>.</summary>
    public string FamilyName => NameOf(Family);

    /// <summary>A family's name in tables and options.</summary>
    public static string NameOf(KernelFamily family) => family == KernelFamily.FeedForward ? "ffn" : family.ToString().ToLowerInvariant();

    /// <summary>The family of a name.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static KernelFamily FamilyOf(string name)
    {
        foreach (var family in Enum.GetValues<KernelFamily>())
        {
            if (NameOf(family) == name)
            {
                return family;
            }
        }

        throw new FormatException($"unknown family '{name}'; known: {string.Join(", ", Enum.GetValues<KernelFamily>().Select(NameOf))}");
    }

    /// <summary>The shape without the tokens: <c>768x3072</c>, <c>4096x11008 gated</c>, <c>768x3072 2 of 8</c>,
    /// <c>4096x11008 gated 2 of 8</c>, <c>768x3072 2 of 8 rank 16</c>, <c>768x3072 90 % 4x1</c>, <c>768x3072 90 % 32x4</c>, <c>768x3072 2:4</c>,
    /// <c>16x96 90 % 4x1 channel-major</c>,
    /// <c>3072x768 25 % active</c>, <c>768x3072 in 4 blocks</c>, <c>32 by 10 edges</c>, <c>2 of 8</c>.</summary>
    public string Name => Family switch
    {
        KernelFamily.Dense or KernelFamily.FeedForward =>
            string.Create(CultureInfo.InvariantCulture, $"{InputWidth}x{HiddenWidth}{(IsGated ? " gated" : "")}"),
        KernelFamily.Experts => string.Create(CultureInfo.InvariantCulture, $"{InputWidth}x{HiddenWidth}{(IsGated ? " gated" : "")} {Active} of {Experts}"),
        KernelFamily.LowRank => string.Create(CultureInfo.InvariantCulture, $"{InputWidth}x{HiddenWidth} {Active} of {Experts} rank {Rank}"),
        KernelFamily.Sparse when IsTwoOfFour => string.Create(CultureInfo.InvariantCulture, $"{InputWidth}x{HiddenWidth} 2:4"),
        KernelFamily.Sparse => string.Create(
            CultureInfo.InvariantCulture, $"{InputWidth}x{HiddenWidth} {100 * Zeros:0} % {BlockHeight}x{BlockInputs}{(IsChannelMajor ? " channel-major" : "")}"),
        KernelFamily.Semiring => string.Create(CultureInfo.InvariantCulture, $"{InputWidth} by {HiddenWidth} edges"),
        KernelFamily.RowSparse => string.Create(CultureInfo.InvariantCulture, $"{InputWidth}x{HiddenWidth} {100 * (1 - Zeros):0} % active"),
        KernelFamily.BlockDiagonal => string.Create(CultureInfo.InvariantCulture, $"{InputWidth}x{HiddenWidth} in {Blocks} blocks"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Active} of {Experts}"),
    };

    /// <summary>Reads <c>TxDxH</c>; experts, low-rank experts and routing take 2 of 8, sparse products 90 % zeros in blocks of 4 outputs,
    /// sparse activations 25 % active, block-diagonal products 4 blocks; of graphs they are nodes, columns and edges a node.</summary>
    /// <exception cref="FormatException">It is not three positive whole numbers, or an operand would be larger than 1 GB.</exception>
    public static KernelCase Parse(KernelFamily family, string shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var parts = shape.Split('x');
        var sizes = new int[3];
        for (var i = 0; i < sizes.Length; i++)
        {
            if (parts.Length != sizes.Length
                || !int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out sizes[i])
                || sizes[i] == 0)
            {
                throw new FormatException($"shape '{shape}': expected TxDxH, such as 128x768x3072");
            }
        }

        var networks = family == KernelFamily.LowRank ? DefaultExperts : 1;
        if (Math.Max((long)sizes[1] * sizes[2] * networks, sizes[0] * (long)Math.Max(sizes[1], sizes[2])) > MostValues)
        {
            throw new FormatException($"shape '{shape}': an operand would have more than {MostValues} values; give smaller sizes");
        }

        if (family is KernelFamily.Dense or KernelFamily.FeedForward or KernelFamily.Semiring)
        {
            return new KernelCase(family, sizes[0], sizes[1], sizes[2]);
        }

        if (family == KernelFamily.Sparse)
        {
            return new KernelCase(family, sizes[0], sizes[1], sizes[2]) { Zeros = DefaultZeros, BlockHeight = 4 };
        }

        if (family == KernelFamily.RowSparse)
        {
            return new KernelCase(family, sizes[0], sizes[1], sizes[2]) { Zeros = InactiveShares[0] };
        }

        if (family == KernelFamily.BlockDiagonal)
        {
            return new KernelCase(family, sizes[0], sizes[1], sizes[2]) { Blocks = Math.Min(DefaultBlocks, Math.Min(sizes[1], sizes[2])) };
        }

        return sizes[2] % DefaultExperts == 0 || family == KernelFamily.LowRank
            ? new KernelCase(family, sizes[0], sizes[1], sizes[2], DefaultExperts, Active: 2)
            : throw new FormatException($"shape '{shape}': H is {sizes[2]}, expected a multiple of {DefaultExperts}, the number of experts");
    }

    /// <summary>The numbers of tokens that a family is timed with where none are given.</summary>
    internal static int[] UsualTokens(KernelFamily family) => family switch
    {
        KernelFamily.Dense => [1, 8, 32, 128, 512],
        KernelFamily.FeedForward => [1, 4, 16, 32, 128, 512],
        KernelFamily.LowRank => [64, 128, 512],
        KernelFamily.Sparse or KernelFamily.BlockDiagonal => [32, 128, 512],
        KernelFamily.Semiring => [GraphNodes],
        KernelFamily.RowSparse => [1, 16, 64],
        _ => [1, 16, 128, 512],
    };

    private static IEnumerable<KernelCase> Mixture(int experts, int active, Precision precision) =>
        from tokens in UsualTokens(KernelFamily.Experts)
        select new KernelCase(KernelFamily.Experts, tokens, 768, 3072, experts, active, precision);

    private static IEnumerable<KernelCase> Sparse() =>
        from height in SparseHeights
        from zeros in SparseZeros
        from shape in new[] { (768, 3072), (3072, 768) }
        from tokens in UsualTokens(KernelFamily.Sparse)
        select new KernelCase(KernelFamily.Sparse, tokens, shape.Item1, shape.Item2) { Zeros = zeros, BlockHeight = height };

    private static IEnumerable<KernelCase> TwoOfFour() =>
        from shape in new[] { (768, 3072), (3072, 768) }
        from tokens in TwoOfFourTokens
        select new KernelCase(KernelFamily.Sparse, tokens, shape.Item1, shape.Item2) { Zeros = 0.5, IsTwoOfFour = true };

    private static IEnumerable<KernelCase> SparseInt8() =>
        from zeros in SparseInt8Zeros
        from shape in new[] { (768, 3072), (3072, 768) }
        from tokens in SparseInt8Tokens
        select new KernelCase(KernelFamily.Sparse, tokens, shape.Item1, shape.Item2) { Zeros = zeros }.At(Precision.Int8);

    private static IEnumerable<KernelCase> PointwiseConvolutions() =>
        from height in ConvolutionHeights
        from product in PointwiseProducts.MobileNetV2
        select new KernelCase(KernelFamily.Sparse, product.Positions, product.InputWidth, product.OutputWidth)
        {
            Zeros = DefaultZeros,
            BlockHeight = height,
            IsChannelMajor = true,
        };

    private static IEnumerable<KernelCase> RowSparse(Precision precision) =>
        from inactive in InactiveShares
        from shape in new[] { (3072, 768), (768, 3072) }
        from tokens in UsualTokens(KernelFamily.RowSparse)
        select new KernelCase(KernelFamily.RowSparse, tokens, shape.Item1, shape.Item2, Precision: precision, IsCold: tokens == 1) { Zeros = inactive };

    private static IEnumerable<KernelCase> BlockDiagonal(Precision precision) =>
        from blocks in BlockCounts
        from shape in new[] { (768, 3072), (3072, 768) }
        from tokens in UsualTokens(KernelFamily.BlockDiagonal)
        select new KernelCase(KernelFamily.BlockDiagonal, tokens, shape.Item1, shape.Item2, Precision: precision) { Blocks = blocks };

    private static IEnumerable<KernelCase> Dense(Precision precision) =>
    [
        .. from shape in new[] { (384, 1536), (1536, 384), (768, 3072), (3072, 768) }
           from tokens in UsualTokens(KernelFamily.Dense)
           select new KernelCase(KernelFamily.Dense, tokens, shape.Item1, shape.Item2, Precision: precision),
        .. from shape in new[] { (384, 1536), (768, 3072) }
           select new KernelCase(KernelFamily.Dense, 1, shape.Item1, shape.Item2, Precision: precision, IsCold: true),
    ];

    private static IEnumerable<KernelCase> FeedForward(Precision precision) =>
    [
        .. from shape in new[] { (384, 1536), (768, 3072) }
           from tokens in UsualTokens(KernelFamily.FeedForward)
           select new KernelCase(KernelFamily.FeedForward, tokens, shape.Item1, shape.Item2, Precision: precision),
        .. from shape in new[] { (384, 1536), (768, 3072) }
           select new KernelCase(KernelFamily.FeedForward, 1, shape.Item1, shape.Item2, Precision: precision, IsCold: true),
    ];
}
