using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Iced.Intel;

namespace NativeSparse.Kernels.Tests;

/// <summary>The vector instructions that emitters use, lane by lane: 128 to 512 bits, broadcasts, masks.</summary>
internal static class VectorInstructions
{
    private const int LaneBytes = sizeof(uint);

    /// <param name="instruction">What to do.</param>
    /// <param name="machine">Whose registers and memory.</param>
    /// <param name="address">Of its memory operand.</param>
    /// <param name="code">The kernel with its constants.</param>
    /// <param name="origin">Address of the kernel.</param>
    public static void Run(in Instruction instruction, Machine machine, ulong address, byte[] code, ulong origin)
    {
        var shift = instruction.OpCount > 2 && instruction.Op2Kind == OpKind.Immediate8 ? instruction.Immediate8 : 0;
        var operands = new VectorOperands(instruction, machine, address, code, origin);
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Prefetcht0 or Mnemonic.Prefetcht1:
                break;
            case Mnemonic.Vzeroupper:
                foreach (var vector in machine.Vectors.AsSpan(0, 16))
                {
                    vector.AsSpan(16).Clear();
                }

                break;
            case Mnemonic.Kmovw:
                machine.Masks[instruction.Op0Register - Register.K0] = BinaryPrimitives.ReadUInt16LittleEndian(operands.Memory(2));
                break;
            case Mnemonic.Vpmaddubsw or Mnemonic.Vpmaddwd or Mnemonic.Vpaddw:
                operands.Write(Map(operands.Read(1), operands.Read(2), instruction.Mnemonic switch
                {
                    Mnemonic.Vpmaddubsw => PairsOfBytes,
                    Mnemonic.Vpmaddwd => PairsOfWords,
                    _ => SumOfWords,
                }));
                break;
            case Mnemonic.Vpdpbusd:
                operands.Write(Map(operands.Read(0), operands.Read(1), operands.Read(2), (sum, left, right) => sum + FoursOfBytes(left, right)));
                break;
            case Mnemonic.Vpdpwssd:
                operands.Write(Map(operands.Read(0), operands.Read(1), operands.Read(2), (sum, left, right) => sum + PairsOfWords(left, right)));
                break;
            case Mnemonic.Vmovups or Mnemonic.Vmovdqu32 or Mnemonic.Vmovdqu or Mnemonic.Vmovdqa32 or Mnemonic.Vmovaps:
                if (instruction.Mnemonic is Mnemonic.Vmovaps or Mnemonic.Vmovdqa32 && address % (ulong)operands.Bytes != 0)
                {
                    throw new InvalidOperationException("the address is not aligned");
                }

                operands.Write(operands.Read(1));
                break;
            case Mnemonic.Vbroadcastss or Mnemonic.Vpbroadcastd:
                operands.Write([.. Enumerable.Repeat(operands.ReadFirstLane(), operands.Bytes / LaneBytes)]);
                break;
            case Mnemonic.Vpmovzxbd or Mnemonic.Vpmovsxbw:
                operands.Write(Widen(operands.ReadNarrow(), operands.Bytes, instruction.Mnemonic == Mnemonic.Vpmovzxbd));
                break;
            case Mnemonic.Vcvtph2ps:
                operands.Write([.. MemoryMarshal.Cast<byte, Half>(operands.ReadNarrow()).ToArray().Select(half => Bits((float)half))]);
                break;
            case Mnemonic.Vpsrld:
                operands.Write(Map(operands.Read(1), lane => lane >> shift));
                break;
            case Mnemonic.Vpsrad:
                operands.Write(Map(operands.Read(1), lane => (uint)((int)lane >> shift)));
                break;
            case Mnemonic.Vcvtdq2ps:
                operands.Write(Map(operands.Read(1), lane => Bits((int)lane)));
                break;
            case Mnemonic.Vrndscaleps or Mnemonic.Vroundps:
                if ((shift & 0xF7) != 0)
                {
                    throw new NotSupportedException("only the nearest whole number");
                }

                operands.Write(Map(operands.Read(1), lane => Bits(MathF.Round(Value(lane), MidpointRounding.ToEven))));
                break;
            case Mnemonic.Vfmadd132ps or Mnemonic.Vfmadd213ps or Mnemonic.Vfmadd231ps:
                operands.Write(Fused(instruction.Mnemonic, operands));
                break;
            default:
                operands.Write(Map(operands.Read(1), operands.Read(2), OfTwo(instruction.Mnemonic)));
                break;
        }
    }

    public static float Value(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    public static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    private static Func<uint, uint, uint> OfTwo(Mnemonic mnemonic) => mnemonic switch
    {
        Mnemonic.Vpaddd => (left, right) => left + right,
        Mnemonic.Vpxord or Mnemonic.Vpxor => (left, right) => left ^ right,
        Mnemonic.Vpandd or Mnemonic.Vpand => (left, right) => left & right,
        Mnemonic.Vpandnd or Mnemonic.Vpandn => (left, right) => ~left & right,
        Mnemonic.Vaddps => (left, right) => Bits(Value(left) + Value(right)),
        Mnemonic.Vsubps => (left, right) => Bits(Value(left) - Value(right)),
        Mnemonic.Vmulps => (left, right) => Bits(Value(left) * Value(right)),

        // The second operand is handed on where either is not a number, and where both are zero.
        Mnemonic.Vminps => (left, right) => Value(left) < Value(right) ? left : right,
        Mnemonic.Vmaxps => (left, right) => Value(left) > Value(right) ? left : right,
        Mnemonic.Vscalefps => (left, right) => Bits(MathF.ScaleB(Value(left), (int)MathF.Floor(Value(right)))),
        _ => throw new NotSupportedException("the interpreter does not know this instruction"),
    };

    private static uint[] Fused(Mnemonic mnemonic, VectorOperands operands)
    {
        var (first, second, third) = (operands.Read(0), operands.Read(1), operands.Read(2));
        var (left, right, addend) = mnemonic switch
        {
            Mnemonic.Vfmadd132ps => (first, third, second),
            Mnemonic.Vfmadd213ps => (second, first, third),
            _ => (second, third, first),
        };
        return Map(left, right, addend, (a, b, c) => Bits(MathF.FusedMultiplyAdd(Value(a), Value(b), Value(c))));
    }

    private static uint FoursOfBytes(uint left, uint right)
    {
        var sum = 0;
        for (var shift = 0; shift < 32; shift += 8)
        {
            sum += (byte)(left >> shift) * (sbyte)(right >> shift);
        }

        return (uint)sum;
    }

    private static uint PairsOfWords(uint left, uint right) =>
        (uint)(((short)left * (short)right) + ((short)(left >> 16) * (short)(right >> 16)));

    private static uint SumOfWords(uint left, uint right) => (ushort)(left + right) | ((left >> 16) + (right >> 16)) << 16;

    private static uint PairsOfBytes(uint left, uint right)
    {
        uint result = 0;
        for (var half = 0; half < 32; half += 16)
        {
            var sum = ((byte)(left >> half) * (sbyte)(right >> half)) + ((byte)(left >> (half + 8)) * (sbyte)(right >> (half + 8)));
            result |= (uint)(ushort)Math.Clamp(sum, short.MinValue, short.MaxValue) << half;
        }

        return result;
    }

    private static uint[] Widen(byte[] source, int bytes, bool toDwords)
    {
        if (toDwords)
        {
            return [.. source.Select(value => (uint)value)];
        }

        var words = source.Select(value => (ushort)(short)(sbyte)value).ToArray();
        return MemoryMarshal.Cast<ushort, uint>(words.AsSpan(0, bytes / sizeof(ushort))).ToArray();
    }

    private static uint[] Map(uint[] values, Func<uint, uint> of) => [.. values.Select(of)];

    private static uint[] Map(uint[] left, uint[] right, Func<uint, uint, uint> of) => [.. left.Zip(right, of)];

    private static uint[] Map(uint[] first, uint[] second, uint[] third, Func<uint, uint, uint, uint> of) =>
        [.. first.Select((value, i) => of(value, second[i], third[i]))];
}
