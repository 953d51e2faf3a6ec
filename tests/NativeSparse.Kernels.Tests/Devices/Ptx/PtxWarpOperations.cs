namespace NativeSparse.Kernels.Tests;

/// <summary>
/// What 32 lanes do together, after the fragment tables of the PTX ISA: lane l holds the row l / 4 and the word l % 4 of an 8 by 4 matrix of
/// words; a product's A is four of them (rows, rows + 8, words + 4, both), B two (words, words + 4), C and D two columns at 2 (l % 4) of each.
/// </summary>
internal static class PtxWarpOperations
{
    private const int Lanes = 32;

    public static void LoadMatrix(PtxInstruction instruction, PtxLane[] warp, PtxMemory shared, ulong start, ref int conflicts)
    {
        var targets = instruction.Operands[0];
        var address = instruction.Operands[1][0];
        for (var matrix = 0; matrix < targets.Length; matrix++)
        {
            var rows = Enumerable.Range(8 * matrix, 8).Select(lane => warp[lane].Word(address) + (uint)address.Number).ToArray();
            foreach (var row in rows)
            {
                PtxMemory.CheckAlignment(row, 16);
            }

            conflicts += SharedBanks.Conflicts(rows, 4);
            for (var lane = 0; lane < Lanes; lane++)
            {
                warp[lane][targets[matrix].Register] = shared.Load(start + rows[lane / 4] + (uint)(lane % 4 * 4));
            }
        }
    }

    public static void Multiply(PtxInstruction instruction, PtxLane[] warp)
    {
        var isInteger = instruction.Name == "mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32";
        if (!isInteger && instruction.Name != "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32")
        {
            throw new NotSupportedException(instruction.Text);
        }

        var (d, a, b, c) = (instruction.Operands[0], instruction.Operands[1], instruction.Operands[2], instruction.Operands[3]);
        var sums = new uint[16, 8];
        for (var row = 0; row < 16; row++)
        {
            for (var column = 0; column < 8; column++)
            {
                var owner = warp[(row % 8 * 4) + (column / 2)];
                var start = owner.Word(c[(row / 8 * 2) + (column % 2)]);
                double total = isInteger ? (int)start : BitConverter.UInt32BitsToSingle(start);
                for (var word = 0; word < 8; word++)
                {
                    var left = warp[(row % 8 * 4) + (word % 4)].Word(a[(row / 8) + (word / 4 * 2)]);
                    var right = warp[(column * 4) + (word % 4)].Word(b[word / 4]);
                    total += isInteger ? IntegerProducts(left, right) : HalfProducts(left, right);
                }

                sums[row, column] = isInteger ? (uint)(int)total : BitConverter.SingleToUInt32Bits((float)total);
            }
        }

        for (var lane = 0; lane < Lanes; lane++)
        {
            for (var i = 0; i < 4; i++)
            {
                warp[lane][d[i].Register] = sums[(lane / 4) + (i / 2 * 8), (lane % 4 * 2) + (i % 2)];
            }
        }
    }

    private static double HalfProducts(uint left, uint right) =>
        ((double)Half(left << 16) * Half(right << 16)) + ((double)Half(left & 0xFFFF0000) * Half(right & 0xFFFF0000));

    private static float Half(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    private static double IntegerProducts(uint left, uint right)
    {
        var sum = 0;
        for (var i = 0; i < 32; i += 8)
        {
            sum += (byte)(left >> i) * (sbyte)(right >> i);
        }

        return sum;
    }
}
