using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>The int8 tile on managed vectors: a few rows times one panel of two registers.</summary>
internal sealed unsafe class VectorInt8Tile<TVectors, TVector> : Int8Tile
    where TVectors : struct, IInt8Vectors<TVector>
    where TVector : struct
{
    private const int StepBytes = sizeof(int);

    /// <summary>Steps of one turn of the loop.</summary>
    private const int Unrolled = 2;

    private const int CacheLine = 64;

    public override string Name => TVectors.Name;

    public override int Columns => 2 * TVectors.Lanes;

    public override int TileRows => TVectors.TileRows;

    public override RowEncoding Encoding => TVectors.Encoding;

    /// <summary>Bytes of weights that one step of one register takes.</summary>
    private static int VectorBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TVectors.Lanes * (TVectors.Encoding == RowEncoding.Words ? 2 : 4);
    }

    public override int EncodeZero(int zero) => TVectors.Encoding switch
    {
        RowEncoding.Words => 0,
        RowEncoding.SignedBytes => zero - 128,
        _ => zero,
    };

    public override Int8Peak CreatePeak() => new VectorInt8Peak<TVectors, TVector>();

    public override void Run(in Int8TileCall call) =>
        VectorInt8Rows<TVectors, TVector, Walk>.Run(call, call.InputBytes / StepBytes, 2 * VectorBytes);

    public override void RunGroups(in Int8TileCall call) =>
        VectorInt8Rows<TVectors, TVector, VectorIndexedInt8Tile<TVectors, TVector>>.Run(
            call, call.GroupCount, VectorIndexedInt8Tile<TVectors, TVector>.GroupBytes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows>(in Int8TileCall call, nint share)
        where TRows : struct, IRowCount
    {
        var x = call.Rows;
        var x0 = x[0];
        var x1 = TRows.Count > 1 ? x[1] : x0;
        var x2 = TRows.Count > 2 ? x[2] : x0;
        var x3 = TRows.Count > 3 ? x[3] : x0;
        var x4 = TRows.Count > 4 ? x[4] : x0;
        var x5 = TRows.Count > 5 ? x[5] : x0;
        var x6 = TRows.Count > 6 ? x[6] : x0;
        var x7 = TRows.Count > 7 ? x[7] : x0;
        TVector s00 = default, s01 = default;
        TVector s10 = default, s11 = default;
        TVector s20 = default, s21 = default;
        TVector s30 = default, s31 = default;
        TVector s40 = default, s41 = default;
        TVector s50 = default, s51 = default;
        TVector s60 = default, s61 = default;
        TVector s70 = default, s71 = default;
        var weights = call.Weights;
        var ahead = call.Ahead;
        nint length = call.InputBytes;
        nint k = 0;
        for (; k <= length - (Unrolled * StepBytes); k += Unrolled * StepBytes)
        {
            TVectors.Prefetch(ahead);
            if (share * Unrolled > CacheLine)
            {
                TVectors.Prefetch(ahead + share);
            }

            ahead += Unrolled * share;
            Step<TRows>(
                weights, 0, k, x0, x1, x2, x3, x4, x5, x6, x7,
                ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31,
                ref s40, ref s41, ref s50, ref s51, ref s60, ref s61, ref s70, ref s71);
            Step<TRows>(
                weights, 1, k, x0, x1, x2, x3, x4, x5, x6, x7,
                ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31,
                ref s40, ref s41, ref s50, ref s51, ref s60, ref s61, ref s70, ref s71);
            weights += Unrolled * 2 * VectorBytes;
        }

        for (; k < length; k += StepBytes)
        {
            Step<TRows>(
                weights, 0, k, x0, x1, x2, x3, x4, x5, x6, x7,
                ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31,
                ref s40, ref s41, ref s50, ref s51, ref s60, ref s61, ref s70, ref s71);
            weights += 2 * VectorBytes;
        }

        Finish(0, call, s00, s01);

        if (TRows.Count > 1)
        {
            Finish(1, call, s10, s11);
        }

        if (TRows.Count > 2)
        {
            Finish(2, call, s20, s21);
        }

        if (TRows.Count > 3)
        {
            Finish(3, call, s30, s31);
        }

        if (TRows.Count > 4)
        {
            Finish(4, call, s40, s41);
        }

        if (TRows.Count > 5)
        {
            Finish(5, call, s50, s51);
        }

        if (TRows.Count > 6)
        {
            Finish(6, call, s60, s61);
        }

        if (TRows.Count > 7)
        {
            Finish(7, call, s70, s71);
        }
    }

    /// <summary>One step of one panel: the constant i ends up inside the addresses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Step<TRows>(
        sbyte* weights, int i, nint k, byte* x0, byte* x1, byte* x2, byte* x3, byte* x4, byte* x5, byte* x6, byte* x7,
        ref TVector s00, ref TVector s01, ref TVector s10, ref TVector s11, ref TVector s20, ref TVector s21, ref TVector s30, ref TVector s31,
        ref TVector s40, ref TVector s41, ref TVector s50, ref TVector s51, ref TVector s60, ref TVector s61, ref TVector s70, ref TVector s71)
        where TRows : struct, IRowCount
    {
        var w0 = TVectors.LoadWeights(weights + (i * 2 * VectorBytes));
        var w1 = TVectors.LoadWeights(weights + (((i * 2) + 1) * VectorBytes));
        Add(x0 + k, i, w0, w1, ref s00, ref s01);

        if (TRows.Count > 1)
        {
            Add(x1 + k, i, w0, w1, ref s10, ref s11);
        }

        if (TRows.Count > 2)
        {
            Add(x2 + k, i, w0, w1, ref s20, ref s21);
        }

        if (TRows.Count > 3)
        {
            Add(x3 + k, i, w0, w1, ref s30, ref s31);
        }

        if (TRows.Count > 4)
        {
            Add(x4 + k, i, w0, w1, ref s40, ref s41);
        }

        if (TRows.Count > 5)
        {
            Add(x5 + k, i, w0, w1, ref s50, ref s51);
        }

        if (TRows.Count > 6)
        {
            Add(x6 + k, i, w0, w1, ref s60, ref s61);
        }

        if (TRows.Count > 7)
        {
            Add(x7 + k, i, w0, w1, ref s70, ref s71);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(byte* x, int i, TVector w0, TVector w1, ref TVector s0, ref TVector s1)
    {
        var v = TVectors.LoadInput(x + (i * StepBytes));
        TVectors.MultiplyAdd(ref s0, ref s1, v, w0, w1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Finish(int row, in Int8TileCall call, TVector s0, TVector s1)
    {
        var zero = call.RowZeros[row];
        var output = call.Outputs[row] + call.Column;
        if (call.IsSum)
        {
            TVectors.Accumulate(s0, zero, call.ColumnSums, (int*)output);
            TVectors.Accumulate(s1, zero, call.ColumnSums + TVectors.Lanes, (int*)output + TVectors.Lanes);
            return;
        }

        var scale = call.RowScales[row];
        TVectors.Finish(s0, zero, call.ColumnSums, call.ColumnScales, scale, call.Biases, output);
        TVectors.Finish(
            s1,
            zero,
            call.ColumnSums + TVectors.Lanes,
            call.ColumnScales + TVectors.Lanes,
            scale,
            call.Biases + TVectors.Lanes,
            output + TVectors.Lanes);
    }

    /// <summary>Input by input: a value type, so that the cut into tiles is compiled for it.</summary>
    private readonly struct Walk : IInt8Walk
    {
        public static void Run<TRows>(in Int8TileCall call, nint share)
            where TRows : struct, IRowCount => VectorInt8Tile<TVectors, TVector>.Run<TRows>(call, share);
    }
}
