using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>Four values that are loaded and stored as 16 bytes.</summary>
internal struct Quad
{
    public float X;
    public float Y;
    public float Z;
    public float W;

    /// <summary>this += factor values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(float factor, Quad values)
    {
        X += factor * values.X;
        Y += factor * values.Y;
        Z += factor * values.Z;
        W += factor * values.W;
    }

    /// <summary>Closes a run of sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Flush<TFormat, TInput, TWeight>(ref Quad part)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        X = TFormat.Total(X, part.X);
        Y = TFormat.Total(Y, part.Y);
        Z = TFormat.Total(Z, part.Z);
        W = TFormat.Total(W, part.W);
        part = default;
    }
}
