using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace NativeSparse.Kernels;

/// <summary>The kernels that devices compile, each with the types it is compiled for.</summary>
internal static class KernelMethods
{
    /// <summary>Every instantiation that a backend launches.</summary>
    public static IEnumerable<MethodInfo> All()
    {
        MethodInfo[] tiles =
        [
            .. Tiles<FloatTile, float, Quad>(), .. Tiles<BFloat16Tile, float, BFloat16Quad>(), .. Tiles<IntegerTile, int, int>(),
            .. Tiles<RoundedTile, float, int>(),
        ];
        return
        [
            .. tiles, Quantize, SparseSingle, SparseQuads, SparseInt8, Transpose, Routing, ExpertBins, ExpertBinsInt8, ExpertSums, ExpertSumsInt8, ExpertRounding,
            LowRankHidden, LowRankSums, Fill, Features, Semiring, Active, ActiveRows<FloatTile, float, Quad>(), ActiveRows<IntegerTile, int, int>(),
            Naive, NaiveSparse, NaiveExpand, NaiveReduce,
        ];
    }

    /// <summary>Every instantiation that tensor cores run: CUDA's from SM_80 on.</summary>
    public static IEnumerable<MethodInfo> Tensors() =>
    [
        Tensor<AlignedAccess, BFloat16Tensor, BFloat16Tile, float, BFloat16Quad>(), Tensor<AnyAccess, BFloat16Tensor, BFloat16Tile, float, BFloat16Quad>(),
        Tensor<AnyAccess, IntegerTensor, IntegerTile, int, int>(),
    ];

    public static MethodInfo Quantize => Of(typeof(QuantizeKernel), nameof(QuantizeKernel.Run));

    public static MethodInfo SparseSingle => Of(typeof(SparseKernel), nameof(SparseKernel.RunSingle));

    public static MethodInfo SparseQuads => Of(typeof(SparseKernel), nameof(SparseKernel.RunQuads));

    public static MethodInfo SparseInt8 => Of(typeof(SparseInt8Kernel), nameof(SparseInt8Kernel.Run));

    public static MethodInfo Transpose => Of(typeof(TransposeKernel), nameof(TransposeKernel.Run));

    public static MethodInfo Routing => Of(typeof(RoutingKernel), nameof(RoutingKernel.Run));

    public static MethodInfo ExpertBins => Of(typeof(ExpertBinKernel), nameof(ExpertBinKernel.Run));

    public static MethodInfo ExpertBinsInt8 => Of(typeof(ExpertBinKernel), nameof(ExpertBinKernel.RunInt8));

    public static MethodInfo ExpertSums => Of(typeof(ExpertSumKernel), nameof(ExpertSumKernel.Run));

    public static MethodInfo ExpertSumsInt8 => Of(typeof(ExpertSumKernel), nameof(ExpertSumKernel.RunInt8));

    public static MethodInfo ExpertRounding => Of(typeof(ExpertRoundKernel), nameof(ExpertRoundKernel.Run));

    public static MethodInfo LowRankHidden => Of(typeof(LowRankHiddenKernel), nameof(LowRankHiddenKernel.Run));

    public static MethodInfo LowRankSums => Of(typeof(LowRankSumKernel), nameof(LowRankSumKernel.Run));

    public static MethodInfo Fill => Of(typeof(FillKernel), nameof(FillKernel.Run));

    public static MethodInfo Features => Of(typeof(ScoreFeatureKernel), nameof(ScoreFeatureKernel.Run));

    public static MethodInfo Semiring => Of(typeof(SemiringKernel), nameof(SemiringKernel.Run));

    public static MethodInfo Active => Of(typeof(ActiveKernel), nameof(ActiveKernel.Run));

    public static MethodInfo Naive => Of(typeof(NaiveKernel), nameof(NaiveKernel.Multiply));

    public static MethodInfo NaiveSparse => Of(typeof(NaiveKernel), nameof(NaiveKernel.MultiplySparse));

    public static MethodInfo NaiveExpand => Of(typeof(NaiveKernel), nameof(NaiveKernel.Expand));

    public static MethodInfo NaiveReduce => Of(typeof(NaiveKernel), nameof(NaiveKernel.Reduce));

    public static MethodInfo ActiveRows<TFormat, TInput, TWeight>()
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged =>
        ((Action<ActiveRowParameters, ActiveRowOperands<TWeight>>)ActiveRowKernel.Run<TFormat, TInput, TWeight>).Method;

    public static MethodInfo Tile<TShape, TAccess, TFormat, TInput, TWeight>()
        where TShape : unmanaged, ITileShape
        where TAccess : unmanaged, ITileAccess
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged =>
        ((Action<TileParameters, TileOperands<TInput, TWeight>>)TileKernel.Run<TShape, TAccess, TFormat, TInput, TWeight>).Method;

    public static MethodInfo Row<TAccess, TFormat, TInput, TWeight>()
        where TAccess : unmanaged, ITileAccess
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged =>
        ((Action<TileParameters, TileOperands<TInput, TWeight>>)RowKernel.Run<TAccess, TFormat, TInput, TWeight>).Method;

    public static MethodInfo Tensor<TAccess, TTensor, TFormat, TInput, TWeight>()
        where TAccess : unmanaged, ITileAccess
        where TTensor : unmanaged, ITensorFormat<TInput, TWeight>
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged =>
        ((Action<TileParameters, TileOperands<TInput, TWeight>>)TensorKernel.Run<TAccess, TTensor, TFormat, TInput, TWeight>).Method;

    private static MethodInfo[] Tiles<TFormat, TInput, TWeight>()
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged =>
    [
        Tile<WholeTile, AlignedAccess, TFormat, TInput, TWeight>(), Tile<WholeTile, AnyAccess, TFormat, TInput, TWeight>(),
        Tile<SmallTile, AlignedAccess, TFormat, TInput, TWeight>(), Tile<SmallTile, AnyAccess, TFormat, TInput, TWeight>(),
        Row<AlignedAccess, TFormat, TInput, TWeight>(), Row<AnyAccess, TFormat, TInput, TWeight>(),
    ];

    private static MethodInfo Of([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] Type type, string name) => type.GetMethod(name)!;
}
