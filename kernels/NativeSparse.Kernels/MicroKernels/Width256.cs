using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>256-bit registers.</summary>
internal readonly unsafe struct Width256 : IVectorWidth<Vector256<float>>
{
    public static string Name => "vector256";

    public static int Lanes => Vector256<float>.Count;

    public static int TileRows => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LowBFloat16(Vector256<float> pairs) => (pairs.AsUInt32() << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> HighBFloat16(Vector256<float> pairs) => (pairs.AsUInt32() & Vector256.Create(0xFFFF0000)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadFour(float* source)
    {
        if (Avx.IsSupported)
        {
            return Avx.BroadcastVector128ToVector256(source);
        }

        var four = Vector128.Load(source);
        return Vector256.Create(four, four);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadPlaces(byte* source) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32(source).AsSingle()
        : Vector256.Create(Width128.LoadPlaces(source), Width128.LoadPlaces(source + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> NextPlaces(Vector256<float> places) => (places.AsUInt32() >> 2).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> PickOfFour(Vector256<float> values, Vector256<float> places) => Avx.IsSupported
        ? Avx.PermuteVar(values, places.AsInt32())
        : Vector256.Create(Width128.PickOfFour(values.GetLower(), places.GetLower()), Width128.PickOfFour(values.GetUpper(), places.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FusedMultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
        Vector256.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MinNative(Vector256<float> left, Vector256<float> right) =>
        Vector256.MinNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MaxNative(Vector256<float> left, Vector256<float> right) =>
        Vector256.MaxNative(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Abs(Vector256<float> value) => Vector256.Abs(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LessThan(Vector256<float> left, Vector256<float> right) => Vector256.LessThan(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Select(Vector256<float> condition, Vector256<float> whenTrue, Vector256<float> whenFalse) =>
        Vector256.ConditionalSelect(condition, whenTrue, whenFalse);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyByPowerOfTwo(Vector256<float> value, Vector256<float> bits) =>
        value * ((bits.AsInt32() << 23) + Vector256.Create(0x3F800000)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountGreater(int* values, int count, int pivot)
    {
        var limit = Vector256.Create(pivot);
        var found = Vector256<int>.Zero;
        for (var i = 0; i < count; i += Vector256<int>.Count)
        {
            found -= Vector256.GreaterThan(Vector256.Load(values + i), limit);
        }

        return Vector256.Sum(found);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint GreaterMask(int* values, int pivot) =>
        (uint)Vector256.GreaterThan(Vector256.Load(values), Vector256.Create(pivot)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreKeys(float* scores, int* keys)
    {
        var values = Vector256.Load(scores);
        var bits = (values + Vector256<float>.Zero).AsInt32();
        var ordered = bits ^ ((bits >> 31) & Vector256.Create(int.MaxValue));
        var isNumber = Vector256.Equals(values, values).AsInt32();
        Vector256.ConditionalSelect(isNumber, ordered, Vector256.Create(RoutingKeys.Lowest)).Store(keys);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
