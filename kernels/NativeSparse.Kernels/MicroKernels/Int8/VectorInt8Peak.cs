using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>The peak of a managed version: twelve independent sums.</summary>
internal sealed class VectorInt8Peak<TVectors, TVector> : Int8Peak
    where TVectors : struct, IInt8Vectors<TVector>
    where TVector : struct
{
    private const int Steps = 20_000;
    private const int Sums = 12;

    public override double Operations =>
        2.0 * Sums * Steps * TVectors.Lanes * (TVectors.Encoding == RowEncoding.Words ? 2 : 4);

    public override void Run() => MultiplyAdd();

    // Sums stand in for the weights, so that no product is the same in the next step and taken out of the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe TVector MultiplyAdd()
    {
        var source = stackalloc sbyte[64];
        new Span<sbyte>(source, 64).Fill(3);
        var x = TVectors.LoadInput((byte*)source);
        TVector a = default, b = default, c = default, d = default, e = default, f = default;
        TVector g = default, h = default, i = default, j = default, k = default, l = default;
        for (var step = 0; step < Steps; step++)
        {
            TVectors.MultiplyAdd(ref a, ref b, x, a, b);
            TVectors.MultiplyAdd(ref c, ref d, x, c, d);
            TVectors.MultiplyAdd(ref e, ref f, x, e, f);
            TVectors.MultiplyAdd(ref g, ref h, x, g, h);
            TVectors.MultiplyAdd(ref i, ref j, x, i, j);
            TVectors.MultiplyAdd(ref k, ref l, x, k, l);
        }

        return TVectors.Xor(
            TVectors.Xor(TVectors.Xor(TVectors.Xor(a, b), TVectors.Xor(c, d)), TVectors.Xor(e, f)),
            TVectors.Xor(TVectors.Xor(TVectors.Xor(g, h), TVectors.Xor(i, j)), TVectors.Xor(k, l)));
    }
}
