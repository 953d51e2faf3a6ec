using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>This processor: managed vectors of one width, and one version of the int8 tile.</summary>
internal sealed class CpuBackend : Backend
{
    private readonly IDisposable[] _kernels;

    private CpuBackend(
        string name,
        IDenseMatMul dense,
        IBlockDiagonalMatMul blockDiagonal,
        Int8Tile int8,
        ITopKRouting routing,
        IExpertDispatch experts,
        ISparseMatMul sparse,
        ISemiringProduct semiring,
        IRowSparseMatMul rowSparse,
        IDisposable[] kernels)
        : base(name)
    {
        Int8Tile = int8;
        Dense = dense;
        BlockDiagonal = blockDiagonal;
        Routing = routing;
        Experts = experts;
        Sparse = sparse;
        Semiring = semiring;
        RowSparse = rowSparse;
        _kernels = kernels;
    }

    public override IDenseMatMul Dense { get; }

    public override IBlockDiagonalMatMul BlockDiagonal { get; }

    internal override Int8Tile? Int8Tile { get; }

    public override ITopKRouting Routing { get; }

    public override IExpertDispatch Experts { get; }

    public override ISparseMatMul Sparse { get; }

    public override ISemiringProduct Semiring { get; }

    public override IRowSparseMatMul RowSparse { get; }

    // Each of these can be built whether or not this processor has the instructions: .NET computes what is missing with others.
    public static CpuBackend CreateVector128() =>
        Create<Width128, Vector128<float>>(
            Width128.Name,
            Managed<Int8Words128, Vector128<int>, Width128, Vector128<float>>(),
            Narrow<Int4Vectors128>());

    public static CpuBackend CreateVector256() =>
        Create<Width256, Vector256<float>>(
            Width256.Name,
            Managed<Int8Words256, Vector256<int>, Width256, Vector256<float>>(),
            Wide<Int4Vectors256>());

    public static CpuBackend CreateVector512() =>
        Create<Width512, Vector512<float>>(
            Width512.Name,
            Managed<Int8Words512, Vector512<int>, Width512, Vector512<float>>(),
            new Int4Schedule<Width256, Vector256<float>>(new VectorInt4Tile<Int4Vectors512, Int4Vectors512, Vector512<int>, Vector512<float>>()));

    public static CpuBackend CreateAvxVnni() =>
        Create<Width256, Vector256<float>>(
            Int8AvxVnni.Name,
            Managed<Int8AvxVnni, Vector256<int>, Width256, Vector256<float>>(),
            Wide<Int4AvxVnni>());

    public static CpuBackend CreateDotProduct() =>
        Create<Width128, Vector128<float>>(
            Int8DotProduct.Name,
            Managed<Int8DotProduct, Vector128<int>, Width128, Vector128<float>>(),
            Narrow<Int4DotProduct>());

    /// <summary>Assembled int8 tiles; float32 at the width that pays here.</summary>
    public static unsafe CpuBackend CreateAvx512Vnni()
    {
        var kernels = new AssembledKernels();
        return CreateAvx512Vnni(tile => kernels.Get(tile).Run, kernels);
    }

    /// <summary>The same with kernels from elsewhere.</summary>
    public static CpuBackend CreateAvx512Vnni(Func<TileSpecification, AssembledKernels.Runner> build, params IDisposable[] kernels) =>
        CreateWide(new AssembledInt8Tile(build), new AssembledInt4Tile(build), kernels);

    /// <summary>int8 on the tile unit; float32 at the width that pays here.</summary>
    public static unsafe CpuBackend CreateAmxInt8()
    {
        var (kernels, tiles) = (new AssembledKernels(), new AmxKernels());
        return CreateAmxInt8(tile => kernels.Get(tile).Run, tiles, kernels, tiles);
    }

    /// <summary>The same with kernels from elsewhere.</summary>
    public static CpuBackend CreateAmxInt8(
        Func<TileSpecification, AssembledKernels.Runner> build, IAmxKernels tiles, params IDisposable[] kernels) =>
        CreateWide(new AmxInt8Tile(tiles, new AssembledInt8Tile(build)), new AmxInt4Tile(tiles, new AssembledInt4Tile(build)), kernels);

    public override void Dispose()
    {
        foreach (var kernels in _kernels)
        {
            kernels.Dispose();
        }

        base.Dispose();
    }

    private static Int4Schedule<Width128, Vector128<float>> Narrow<TInt4>()
        where TInt4 : struct, IInt4Product<Vector128<int>>
        => new(new VectorInt4Tile<Int4Vectors128, TInt4, Vector128<int>, Vector128<float>>());

    private static Int4Schedule<Width256, Vector256<float>> Wide<TInt4>()
        where TInt4 : struct, IInt4Product<Vector256<int>>
        => new(new VectorInt4Tile<Int4Vectors256, TInt4, Vector256<int>, Vector256<float>>());

    private static Int8Schedule<TWidth, TVector> Managed<TInt8, TInt, TWidth, TVector>()
        where TInt8 : struct, IInt8Vectors<TInt>
        where TInt : struct
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
        => new(new VectorInt8Tile<TInt8, TInt>());

    private static CpuBackend CreateWide(Int8Tile tile, Int4Tile int4Tile, IDisposable[] kernels)
    {
        var int8 = new Int8Schedule<Width512, Vector512<float>>(tile);
        var int4 = new Int4Schedule<Width256, Vector256<float>>(int4Tile);
        return VectorWidths.Best.Name == Width512.Name
            ? Create<Width512, Vector512<float>>(tile.Name, int8, int4, kernels)
            : Create<Width256, Vector256<float>>(tile.Name, int8, int4, kernels);
    }

    private static CpuBackend Create<TWidth, TVector>(string version, Int8Products int8, Int4Products int4, params IDisposable[] kernels)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
    {
        var dense = new VectorDenseMatMul<TWidth, TVector>(int8, int4);
        IExpertDispatch experts = new VectorExpertDispatch<TWidth, TVector>(int8.Experts, int4.Experts, dense);
        if (typeof(TWidth) == typeof(Width512))
        {
            experts = new NarrowingExpertDispatch(
                experts,
                PanelProduct<TWidth, TVector>.Panel,
                new VectorExpertDispatch<Width256, Vector256<float>>(int8.Experts, int4.Experts, dense),
                PanelProduct<Width256, Vector256<float>>.Panel);
        }

        return new CpuBackend(
            $"cpu:{version}",
            dense,
            new VectorBlockDiagonal<TWidth, TVector>(dense, int8, int4),
            int8.Tile,
            new VectorTopKRouting<TWidth, TVector>(),
            experts,
            new VectorSparseMatMul<TWidth, TVector>(int8),
            new VectorSemiringProduct<TWidth, TVector>(),
            new VectorRowSparse<TWidth, TVector>(),
            kernels);
    }
}
