using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace NativeSparse.Kernels;

/// <summary>Inputs u8, weights s8: sums are those of <see cref="IntegerTile"/>, bit by bit.</summary>
internal readonly struct IntegerTensor : ITensorFormat<int, int>
{
    private const string Mma = "mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32";

    private const string Product = "{\n" + TensorAssembly.Begin
        + TensorAssembly.LoadFirst
        + Mma + TensorAssembly.Product00 + Mma + TensorAssembly.Product01 + Mma + TensorAssembly.Product02 + Mma + TensorAssembly.Product03
        + Mma + TensorAssembly.Product10 + Mma + TensorAssembly.Product11 + Mma + TensorAssembly.Product12 + Mma + TensorAssembly.Product13
        + TensorAssembly.LoadSecond
        + Mma + TensorAssembly.Product00 + Mma + TensorAssembly.Product01 + Mma + TensorAssembly.Product02 + Mma + TensorAssembly.Product03
        + Mma + TensorAssembly.Product10 + Mma + TensorAssembly.Product11 + Mma + TensorAssembly.Product12 + Mma + TensorAssembly.Product13
        + "}";

    private const string Inputs = "{\n" + TensorAssembly.Place + "\tst.shared.v4.b32 [at], {%1, %2, %3, %4};\n}";

    private const string Weights = "{\n" + TensorAssembly.Place + """
            .reg .b32 pair<8>, word<8>;
            prmt.b32 pair0, %1, %2, 0x5140;
            prmt.b32 pair1, %3, %4, 0x5140;
            prmt.b32 pair2, %1, %2, 0x7362;
            prmt.b32 pair3, %3, %4, 0x7362;
            prmt.b32 pair4, %5, %6, 0x5140;
            prmt.b32 pair5, %7, %8, 0x5140;
            prmt.b32 pair6, %5, %6, 0x7362;
            prmt.b32 pair7, %7, %8, 0x7362;
            prmt.b32 word0, pair0, pair1, 0x5410;
            prmt.b32 word1, pair4, pair5, 0x5410;
            prmt.b32 word2, pair0, pair1, 0x7632;
            prmt.b32 word3, pair4, pair5, 0x7632;
            prmt.b32 word4, pair2, pair3, 0x5410;
            prmt.b32 word5, pair6, pair7, 0x5410;
            prmt.b32 word6, pair2, pair3, 0x7632;
            prmt.b32 word7, pair6, pair7, 0x7632;
            st.shared.v2.b32 [at], {word0, word1};
            st.shared.v2.b32 [at+2560], {word2, word3};
            st.shared.v2.b32 [at+5120], {word4, word5};
            st.shared.v2.b32 [at+7680], {word6, word7};
        }
        """;

    public static int WordInputs => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clear() => CudaAsm.Emit(".reg .s32 sum<32>;" + TensorAssembly.Clear);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadPair LoadInputs<TAccess>(ArrayView<int> inputs, long row, int k, int count)
        where TAccess : unmanaged, ITileAccess
    {
        QuadPair pair = default;
        pair.Left.X = Value(inputs[row + (IntrinsicMath.Min(k, count - 1) / 4)]);
        pair.Left.Y = Value(inputs[row + (IntrinsicMath.Min(k + 4, count - 1) / 4)]);
        pair.Left.Z = Value(inputs[row + (IntrinsicMath.Min(k + 8, count - 1) / 4)]);
        pair.Left.W = Value(inputs[row + (IntrinsicMath.Min(k + 12, count - 1) / 4)]);
        return pair;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadPair LoadWeights(ArrayView<int> weights, int start, int stride, int k, int count)
    {
        QuadPair pair = default;
        pair.Left.X = Load(weights, start, stride, k, count);
        pair.Left.Y = Load(weights, start, stride, k + 1, count);
        pair.Left.Z = Load(weights, start, stride, k + 2, count);
        pair.Left.W = Load(weights, start, stride, k + 3, count);
        pair.Right.X = Load(weights, start, stride, k + 4, count);
        pair.Right.Y = Load(weights, start, stride, k + 5, count);
        pair.Right.Z = Load(weights, start, stride, k + 6, count);
        pair.Right.W = Load(weights, start, stride, k + 7, count);
        return pair;
    }

    /// <summary>As they are: they meet weights that are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadPair EndInputs(QuadPair loaded, int k, int count) => loaded;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadPair EndWeights(QuadPair loaded, int k, int count) => QuadPair.Below(loaded, k, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInputs(int place, QuadPair loaded) => CudaAsm.Emit(
        Inputs,
        place,
        Interop.FloatAsInt(loaded.Left.X),
        Interop.FloatAsInt(loaded.Left.Y),
        Interop.FloatAsInt(loaded.Left.Z),
        Interop.FloatAsInt(loaded.Left.W));

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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Load(ArrayView<int> weights, int start, int stride, int k, int count) =>
        Value(weights[start + (IntrinsicMath.Min(k, count - 1) * stride)]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Value(int word) => Interop.IntAsFloat((uint)word);
}
