namespace NativeSparse.Onnx.Tests.Fuzzing;

/// <summary>Damage that knows nothing of the format.</summary>
internal static class ByteMutations
{
    private static readonly Func<byte[], Random, byte[]>[] All = [FlipBits, Truncate, Overwrite, Remove, Repeat, Extreme];

    internal static byte[] Apply(byte[] source, Random random) => source.Length < 2 ? source : All[random.Next(All.Length)](source, random);

    private static byte[] FlipBits(byte[] source, Random random)
    {
        var copy = source.ToArray();
        for (var i = random.Next(1, 9); i > 0; i--)
        {
            // Most of a file is weights: half of the flips aim at its last bytes and first ones, where the structure is dense.
            var at = random.Next(3) switch { 0 => random.Next(copy.Length), 1 => random.Next(Math.Min(copy.Length, 4096)), _ => copy.Length - 1 - random.Next(Math.Min(copy.Length, 4096)) };
            copy[at] ^= (byte)(1 << random.Next(8));
        }

        return copy;
    }

    private static byte[] Truncate(byte[] source, Random random) => source[..random.Next(source.Length)];

    private static byte[] Overwrite(byte[] source, Random random)
    {
        var copy = source.ToArray();
        random.NextBytes(Piece(copy, random));
        return copy;
    }

    private static byte[] Remove(byte[] source, Random random)
    {
        var start = random.Next(source.Length);
        return [.. source[..start], .. source[Math.Min(source.Length, start + random.Next(1, 64))..]];
    }

    private static byte[] Repeat(byte[] source, Random random)
    {
        var start = random.Next(source.Length);
        var end = Math.Min(source.Length, start + random.Next(1, 512));
        return [.. source[..end], .. source[start..end], .. source[end..]];
    }

    private static byte[] Extreme(byte[] source, Random random)
    {
        var copy = source.ToArray();
        Piece(copy, random).Fill(random.Next(2) == 0 ? (byte)0xff : (byte)0);
        return copy;
    }

    private static Span<byte> Piece(byte[] bytes, Random random)
    {
        var start = random.Next(bytes.Length);
        return bytes.AsSpan(start, Math.Min(bytes.Length - start, random.Next(1, 32)));
    }
}
