using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace NativeSparse.Kernels;

/// <summary>
/// bfloat16 weights, and float32 inputs that are rounded to bfloat16 on their way: products are exact in float32, so that a sum differs from
/// <see cref="BFloat16Tile"/>'s by at most 2^-8 of the sum of the products' magnitudes, and by what float32 sums in another order do.
/// </summary>
internal readonly struct BFloat16Tensor : ITensorFormat<float, BFloat16Quad>
{
    private const string Mma = "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32";

    private const string Product = "{\n" + TensorAssembly.Begin
        + TensorAssembly.LoadFirst
        + Mma + TensorAssembly.Product00 + Mma + TensorAssembly.Product01 + Mma + TensorAssembly.Product02 + Mma + TensorAssembly.Product03
        + Mma + TensorAssembly.Product10 + Mma + TensorAssembly.Product11 + Mma + TensorAssembly.Product12 + Mma + TensorAssembly.Product13
        + TensorAssembly.LoadSecond
        + Mma + TensorAssembly.Product00 + Mma + TensorAssembly.Product01 + Mma + TensorAssembly.Product02 + Mma + TensorAssembly.Product03
        + Mma + TensorAssembly.Product10 + Mma + TensorAssembly.Product11 + Mma + TensorAssembly.Product12 + Mma + TensorAssembly.Product13
        + "}";

    private const string Inputs = "{\n" + TensorAssembly.Place + """
            .reg .b32 word<4>;
            cvt.rn.bf16x2.f32 word0, %2, %1;
            cvt.rn.bf16x2.f32 word1, %4, %3;
            cvt.rn.bf16x2.f32 word2, %6, %5;
            cvt.rn.bf16x2.f32 word3, %8, %7;
            st.shared.v4.b32 [at], {word0, word1, word2, word3};
        }
        """;

    private const string Weights = "{\n" + TensorAssembly.Place + """
            .reg .b32 word<8>;
            prmt.b32 word0, %1, %3, 0x5410;
            prmt.b32 word1, %5, %7, 0x5410;
            prmt.b32 word2, %1, %3, 0x7632;
            prmt.b32 word3, %5, %7, 0x7632;
            prmt.b32 word4, %2, %4, 0x5410;
            prmt.b32 word5, %6, %8, 0x5410;
            prmt.b32 word6, %2, %4, 0x7632;
            prmt.b32 word7, %6, %8, 0x7632;
            st.shared.v2.b32 [at], {word0, word1};
            st.shared.v2.b32 [at+2560], {word2, word3};
            st.shared.v2.b32 [at+5120], {word4, word5};
            st.shared.v2.b32 [at+7680], {word6, word7};
        }
        """;

    public static int WordInputs => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear() => CudaAsm.Emit(".reg .f32 sum<32>;" + TensorAssembly.Clear);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadPair LoadInputs<TAccess>(ArrayView<float> inputs, long row, int k, int count)
        where TAccess : unmanaged, ITileAccess
    {
        QuadPair pair = default;
        pair.Left = Load<TAccess>(inputs, row, k, count);
        pair.Right = Load<TAccess>(inputs, row, k + 4, count);
        return pair;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadPair LoadWeights(ArrayView<BFloat16Quad> weights, int start, int stride, int k, int count)
    {
        var first = weights[start + (IntrinsicMath.Min(k, count - 1) * stride)];
        var second = weights[start + (IntrinsicMath.Min(k + 1, count - 1) * stride)];
        var third = weights[start + (IntrinsicMath.Min(k + 2, count - 1) * stride)];
        var fourth = weights[start + (IntrinsicMath.Min(k + 3, count - 1) * stride)];
        QuadPair pair = default;
        pair.Left.X = Interop.IntAsFloat(first.Low);
        pair.Left.Y = Interop.IntAsFloat(first.High);
        pair.Left.Z = Interop.IntAsFloat(second.Low);
        pair.Left.W = Interop.IntAsFloat(second.High);
        pair.Right.X = Interop.IntAsFloat(third.Low);
        pair.Right.Y = Interop.IntAsFloat(third.High);
        pair.Right.Z = Interop.IntAsFloat(fourth.Low);
        pair.Right.W = Interop.IntAsFloat(fourth.High);
        return pair;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadPair EndInputs(QuadPair loaded, int k, int count) => QuadPair.Below(loaded, k, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadPair EndWeights(QuadPair loaded, int k, int count)
    {
        loaded.Left.X = k < count ? loaded.Left.X : 0;
        loaded.Left.Y = k < count ? loaded.Left.Y : 0;
        loaded.Left.Z = k + 1 < count ? loaded.Left.Z : 0;
        loaded.Left.W = k + 1 < count ? loaded.Left.W : 0;
        loaded.Right.X = k + 2 < count ? loaded.Right.X : 0;
        loaded.Right.Y = k + 2 < count ? loaded.Right.Y : 0;
        loaded.Right.Z = k + 3 < count ? loaded.Right.Z : 0;
        loaded.Right.W = k + 3 < count ? loaded.Right.W : 0;
        return loaded;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInputs(int place, QuadPair loaded) => CudaAsm.Emit(
        Inputs, place, loaded.Left.X, loaded.Left.Y, loaded.Left.Z, loaded.Left.W, loaded.Right.X, loaded.Right.Y, loaded.Right.Z, loaded.Right.W);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreWeights(int place, QuadPair loaded) => CudaAsm.Emit(
        Weights,
        place,
        Interop.FloatAsInt(loaded.Left.X),
        Interop.FloatAsInt(loaded.Left.Y),
        Interop.FloatAsInt(loaded.Left.Z),
        Interop.FloatAsInt(loaded.Left.W),
        Interop.FloatAsInt(loaded.Right.X),
        Interop.FloatAsInt(loaded.Right.Y),
        Interop.FloatAsInt(loaded.Right.Z),
        Interop.FloatAsInt(loaded.Right.W));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(int inputs, int weights) => CudaAsm.Emit(Product, inputs, weights);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSums(int place) => CudaAsm.Emit(TensorAssembly.StoreSums, place);

    /// <summary>Others where there are none, so that no load has a condition: a warp must stay together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad Load<TAccess>(ArrayView<float> inputs, long row, int k, int count)
        where TAccess : unmanaged, ITileAccess
    {
        if (TAccess.IsAligned)
        {
            return FloatTile.LoadAligned(inputs, row, IntrinsicMath.Min(k, (count - 1) / 4 * 4));
        }

        Quad quad = default;
        quad.X = inputs[row + IntrinsicMath.Min(k, count - 1)];
        quad.Y = inputs[row + IntrinsicMath.Min(k + 1, count - 1)];
        quad.Z = inputs[row + IntrinsicMath.Min(k + 2, count - 1)];
        quad.W = inputs[row + IntrinsicMath.Min(k + 3, count - 1)];
        return quad;
    }
}
