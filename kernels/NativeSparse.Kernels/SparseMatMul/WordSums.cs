using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Sums of one output and four tokens: u8 inputs times s8 weights, four of either in a word.</summary>
internal struct WordSums
{
    private const int ByteBits = 8;
    private const int ByteMask = 255;

    public int X;
    public int Y;
    public int Z;
    public int W;

    /// <summary>Adds four products to each sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int weights, Quad tokens)
    {
        X += Dot((int)Interop.FloatAsInt(tokens.X), weights);
        Y += Dot((int)Interop.FloatAsInt(tokens.Y), weights);
        Z += Dot((int)Interop.FloatAsInt(tokens.Z), weights);
        W += Dot((int)Interop.FloatAsInt(tokens.W), weights);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Dot(int inputs, int weights) =>
        ((inputs & ByteMask) * ((weights << (3 * ByteBits)) >> (3 * ByteBits)))
        + (((inputs >> ByteBits) & ByteMask) * ((weights << (2 * ByteBits)) >> (3 * ByteBits)))
        + (((inputs >> (2 * ByteBits)) & ByteMask) * ((weights << ByteBits) >> (3 * ByteBits)))
        + (((inputs >> (3 * ByteBits)) & ByteMask) * (weights >> (3 * ByteBits)));
}
