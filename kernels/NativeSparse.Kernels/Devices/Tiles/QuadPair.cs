using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>Eight neighbouring sums of one row.</summary>
internal struct QuadPair
{
    public Quad Left;
    public Quad Right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(float factor, Quad left, Quad right)
    {
        Left.Add(factor, left);
        Right.Add(factor, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Flush<TFormat, TInput, TWeight>(ref QuadPair part)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        Left.Flush<TFormat, TInput, TWeight>(ref part.Left);
        Right.Flush<TFormat, TInput, TWeight>(ref part.Right);
    }

    /// <summary>The values k to k + 7, 0 from the count on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadPair Below(QuadPair values, int k, int count)
    {
        values.Left.X = k < count ? values.Left.X : 0;
        values.Left.Y = k + 1 < count ? values.Left.Y : 0;
        values.Left.Z = k + 2 < count ? values.Left.Z : 0;
        values.Left.W = k + 3 < count ? values.Left.W : 0;
        values.Right.X = k + 4 < count ? values.Right.X : 0;
        values.Right.Y = k + 5 < count ? values.Right.Y : 0;
        values.Right.Z = k + 6 < count ? values.Right.Z : 0;
        values.Right.W = k + 7 < count ? values.Right.W : 0;
        return values;
    }
}
