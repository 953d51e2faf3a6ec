using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Iced.Intel;

namespace NativeSparse.Kernels.Tests;

/// <summary>Operands of one vector instruction: registers, memory, broadcasts of memory, lanes under a mask.</summary>
internal readonly struct VectorOperands(Instruction instruction, Machine machine, ulong address, byte[] code, ulong origin)
{
    private const int LaneBytes = sizeof(uint);

    /// <summary>Width of the operation.</summary>
    public int Bytes { get; } = Math.Max(
        instruction.Op0Kind == OpKind.Register ? instruction.Op0Register.GetSize() : instruction.Op1Register.GetSize(), 16);

    public uint[] Read(int operand)
    {
        if (instruction.GetOpKind(operand) == OpKind.Register)
        {
            var vector = machine.Vectors[Number(instruction.GetOpRegister(operand))];
            return MemoryMarshal.Cast<byte, uint>(vector.AsSpan(0, Bytes)).ToArray();
        }

        var lanes = new uint[Bytes / LaneBytes];
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            // Lanes that the mask leaves out are not touched.
            lanes[lane] = IsKept(lane) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(
                Memory(LaneBytes, instruction.IsBroadcast ? 0 : lane * LaneBytes));
        }

        return lanes;
    }

    public uint ReadFirstLane()
    {
        if (instruction.Op1Kind == OpKind.Memory)
        {
            return BinaryPrimitives.ReadUInt32LittleEndian(Memory(LaneBytes));
        }

        return instruction.Op1Register.IsGPR()
            ? (uint)machine[instruction.Op1Register]
            : BinaryPrimitives.ReadUInt32LittleEndian(machine.Vectors[Number(instruction.Op1Register)]);
    }

    /// <summary>A source narrower than the result.</summary>
    public byte[] ReadNarrow()
    {
        var bytes = instruction.Mnemonic == Mnemonic.Vpmovzxbd ? Bytes / 4 : Bytes / 2;
        return instruction.Op1Kind == OpKind.Memory
            ? Memory(bytes).ToArray()
            : machine.Vectors[Number(instruction.Op1Register)][..bytes];
    }

    public ReadOnlySpan<byte> Memory(int bytes, int offset = 0)
    {
        var place = address + (ulong)offset;
        return place - origin < (ulong)code.Length
            ? code.AsSpan((int)(place - origin), bytes)
            : machine.Memory(place, bytes, isWritten: false);
    }

    public void Write(uint[] lanes)
    {
        if (instruction.Op0Kind == OpKind.Memory)
        {
            for (var lane = 0; lane < lanes.Length; lane++)
            {
                if (!IsKept(lane))
                {
                    var memory = machine.Memory(address + (ulong)(lane * LaneBytes), LaneBytes, isWritten: true);
                    BinaryPrimitives.WriteUInt32LittleEndian(memory, lanes[lane]);
                }
            }

            return;
        }

        var vector = machine.Vectors[Number(instruction.Op0Register)].AsSpan();
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            if (!IsKept(lane))
            {
                BinaryPrimitives.WriteUInt32LittleEndian(vector[(lane * LaneBytes)..], lanes[lane]);
            }
            else if (instruction.ZeroingMasking)
            {
                vector.Slice(lane * LaneBytes, LaneBytes).Clear();
            }
        }

        vector[Bytes..].Clear();
    }

    private static int Number(Register register) =>
        register.IsZMM() ? register - Register.ZMM0 : register.IsYMM() ? register - Register.YMM0 : register - Register.XMM0;

    private bool IsKept(int lane) =>
        instruction.OpMask != Register.None && (machine.Masks[instruction.OpMask - Register.K0] >> lane & 1) == 0;
}
