using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>int4 by AVX-VNNI dot products.</summary>
internal readonly unsafe struct Int4AvxVnni : IInt4Product<Vector256<int>>
{
    public static string Name => Int8AvxVnni.Name;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Multiply(
        Vector256<int> w0, Vector256<int> w1, Vector256<int> w2, Vector256<int> w3, Vector256<int> w4, Vector256<int> w5, Vector256<int> w6, Vector256<int> w7, byte* input)
    {
        var sum = Vector256<int>.Zero;
        sum = Int8AvxVnni.Add(sum, w0, Int8AvxVnni.LoadInput(input));
        sum = Int8AvxVnni.Add(sum, w1, Int8AvxVnni.LoadInput(input + 4));
        sum = Int8AvxVnni.Add(sum, w2, Int8AvxVnni.LoadInput(input + 8));
        sum = Int8AvxVnni.Add(sum, w3, Int8AvxVnni.LoadInput(input + 12));
        sum = Int8AvxVnni.Add(sum, w4, Int8AvxVnni.LoadInput(input + 16));
        sum = Int8AvxVnni.Add(sum, w5, Int8AvxVnni.LoadInput(input + 20));
        sum = Int8AvxVnni.Add(sum, w6, Int8AvxVnni.LoadInput(input + 24));
        sum = Int8AvxVnni.Add(sum, w7, Int8AvxVnni.LoadInput(input + 28));
        return sum;
    }
}
