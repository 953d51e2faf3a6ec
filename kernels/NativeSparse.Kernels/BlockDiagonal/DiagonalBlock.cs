namespace NativeSparse.Kernels;

/// <summary>One block of a block-diagonal matrix; it starts at the input and at the output where the block before it ends.</summary>
/// <param name="InputWidth">Inputs, at least one.</param>
/// <param name="OutputWidth">Outputs, at least one.</param>
public readonly record struct DiagonalBlock(int InputWidth, int OutputWidth)
{
    /// <summary>Blocks of one size.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static DiagonalBlock[] Repeat(int count, int inputWidth, int outputWidth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var blocks = new DiagonalBlock[count];
        Array.Fill(blocks, new DiagonalBlock(inputWidth, outputWidth));
        return blocks;
    }
}
