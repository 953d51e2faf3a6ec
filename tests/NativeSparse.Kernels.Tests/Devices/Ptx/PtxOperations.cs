namespace NativeSparse.Kernels.Tests;

/// <summary>What one lane computes by itself.</summary>
internal static class PtxOperations
{
    public static ulong Compute(PtxInstruction instruction, PtxLane lane)
    {
        var operands = instruction.Operands;
        var a = operands[1][0];
        var b = operands.Length > 2 ? operands[2][0] : default;
        var c = operands.Length > 3 ? operands[3][0] : default;
        var type = instruction.Type;
        return instruction.Operation[0] switch
        {
            "mov" => Wide(lane, a),
            "cvta" => Wide(lane, a),
            "selp" => lane[c.Register] != 0 ? Wide(lane, a) : Wide(lane, b),
            "setp" => Compare(instruction, lane) ? 1u : 0u,
            "cvt" => Convert(instruction, lane),
            "prmt" => Permute(lane.Word(a), lane.Word(b), lane.Word(c)),
            "neg" when type == "f32" => Bits(-lane.Float(a)),
            "rcp" => Bits(1 / lane.Float(a)),
            "add" when type == "f32" => Bits(lane.Float(a) + lane.Float(b)),
            "sub" when type == "f32" => Bits(lane.Float(a) - lane.Float(b)),
            "mul" when type == "f32" => Bits(lane.Float(a) * lane.Float(b)),
            "div" when type == "f32" => Bits(lane.Float(a) / lane.Float(b)),
            "mul" when instruction.Has("wide") => (ulong)lane.Word(a) * lane.Word(b),
            "mad" when type is "u64" or "s64" => (Wide(lane, a) * Wide(lane, b)) + Wide(lane, c),
            "add" => Narrow(type, Wide(lane, a) + Wide(lane, b)),
            "sub" => Narrow(type, Wide(lane, a) - Wide(lane, b)),
            "mul" when instruction.Has("lo") => Narrow(type, Wide(lane, a) * Wide(lane, b)),
            "and" => Wide(lane, a) & Wide(lane, b),
            "or" => Wide(lane, a) | Wide(lane, b),
            "shl" => Narrow(type, Wide(lane, a) << (int)lane.Word(b)),
            "shr" when type == "s32" => (uint)((int)lane.Word(a) >> (int)lane.Word(b)),
            "shr" when type == "s64" => (ulong)((long)Wide(lane, a) >> (int)lane.Word(b)),
            "div" when type == "s32" => (uint)((int)lane.Word(a) / (int)lane.Word(b)),
            "rem" when type == "s32" => (uint)((int)lane.Word(a) % (int)lane.Word(b)),
            "min" when type == "s32" => (uint)Math.Min((int)lane.Word(a), (int)lane.Word(b)),
            "max" when type == "s32" => (uint)Math.Max((int)lane.Word(a), (int)lane.Word(b)),
            _ => throw new NotSupportedException(instruction.Text),
        };
    }

    private static bool Compare(PtxInstruction instruction, PtxLane lane)
    {
        var (a, b) = (instruction.Operands[1][0], instruction.Operands[2][0]);
        var name = instruction.Operation[1];
        bool result;
        if (instruction.Type == "f32")
        {
            var (left, right) = (lane.Float(a), lane.Float(b));
            var isUnordered = name.EndsWith('u') && (float.IsNaN(left) || float.IsNaN(right));
            result = isUnordered || Holds(name.TrimEnd('u'), left.CompareTo(right), !float.IsNaN(left) && !float.IsNaN(right));
        }
        else if (instruction.Type == "s32")
        {
            result = Holds(name, ((int)lane.Word(a)).CompareTo((int)lane.Word(b)), true);
        }
        else if (instruction.Type == "u32")
        {
            result = Holds(name, lane.Word(a).CompareTo(lane.Word(b)), true);
        }
        else
        {
            throw new NotSupportedException(instruction.Text);
        }

        return instruction.Has("or") ? result || lane[instruction.Operands[3][0].Register] != 0 : result;
    }

    private static bool Holds(string name, int order, bool isOrdered) => isOrdered && name switch
    {
        "eq" => order == 0,
        "ne" => order != 0,
        "lt" or "lo" => order < 0,
        "le" or "ls" => order <= 0,
        "gt" or "hi" => order > 0,
        "ge" or "hs" => order >= 0,
        _ => throw new NotSupportedException(name),
    };

    private static ulong Convert(PtxInstruction instruction, PtxLane lane)
    {
        var a = instruction.Operands[1][0];
        return instruction.Name switch
        {
            "cvt.s64.s32" => (ulong)(int)lane.Word(a),
            "cvt.rn.f32.s32" => Bits((int)lane.Word(a)),
            "cvt.rn.bf16x2.f32" => ((uint)BFloat16Rounding.Round(lane.Float(a)) << 16) | BFloat16Rounding.Round(lane.Float(instruction.Operands[2][0])),
            _ => throw new NotSupportedException(instruction.Text),
        };
    }

    /// <summary>Four of the eight bytes of two words, the first word's first.</summary>
    private static uint Permute(uint low, uint high, uint selector)
    {
        var bytes = ((ulong)high << 32) | low;
        var result = 0u;
        for (var i = 0; i < 4; i++)
        {
            result |= (uint)(byte)(bytes >> (8 * (int)((selector >> (4 * i)) & 7))) << (8 * i);
        }

        return result;
    }

    private static ulong Wide(PtxLane lane, PtxOperand operand) => operand.Register < 0 ? (ulong)operand.Number : lane[operand.Register];

    private static ulong Narrow(string type, ulong value) => type.EndsWith("64", StringComparison.Ordinal) ? value : (uint)value;

    private static ulong Bits(float value) => BitConverter.SingleToUInt32Bits(value);
}
