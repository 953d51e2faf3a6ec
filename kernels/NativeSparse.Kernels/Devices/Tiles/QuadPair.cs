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
}
