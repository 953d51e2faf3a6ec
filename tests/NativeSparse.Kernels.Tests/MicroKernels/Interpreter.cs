using System.Buffers.Binary;
using Iced.Intel;

namespace NativeSparse.Kernels.Tests;

/// <summary>
/// Runs assembled kernels instruction by instruction in plain C#, on any processor: decodes what was encoded, checks every access
/// to memory, and knows exactly the instructions that emitters use. <see cref="InterpreterTests"/> holds it against the processor at hand.
/// </summary>
internal sealed class Interpreter(KernelCode code, Machine machine)
{
    private const ulong Origin = 0x10_0000;
    private const ulong ReturnAddress = 0x7777_0000;
    private const int MaxInstructions = 20_000_000;

    private readonly Dictionary<ulong, Instruction> _decoded = [];

    /// <summary>Names of the instructions that ran.</summary>
    public HashSet<Mnemonic> Seen { get; } = [];

    /// <summary>Calls the kernel as a caller of <paramref name="abi"/> does, and checks that it gets its registers back.</summary>
    public void Call(Abi abi, nint argument)
    {
        machine[abi.Argument] = (ulong)argument;
        var general = (ulong[])machine.General.Clone();
        var vectors = machine.Vectors.Select(vector => vector[..16]).ToArray();
        Push(ReturnAddress);
        var next = Origin;
        for (var count = 0; next != ReturnAddress; count++)
        {
            next = count < MaxInstructions ? Step(Decode(next)) : throw new InvalidOperationException("the kernel does not end");
        }

        foreach (var register in abi.Saved.Select(register => (Register)register).Append(Register.RSP))
        {
            Require(machine[register] == general[register - Register.RAX], $"{abi}: {register} was not given back");
        }

        for (var i = 0; i < 16; i++)
        {
            Require(!abi.IsSavedVector(i) || machine.Vectors[i].AsSpan(0, 16).SequenceEqual(vectors[i]), $"{abi}: xmm{i} was not given back");
        }
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }

    private Instruction Decode(ulong address)
    {
        if (!_decoded.TryGetValue(address, out var instruction))
        {
            Require(address - Origin < (ulong)code.Bytes.Length, $"a jump out of the code to 0x{address:X}");
            var decoder = Decoder.Create(64, new ByteArrayCodeReader(code.Bytes.AsSpan((int)(address - Origin)).ToArray()), address);
            decoder.Decode(out instruction);
            Require(!instruction.IsInvalid, $"no instruction at 0x{address - Origin:X}");
            _decoded[address] = instruction;
            Seen.Add(instruction.Mnemonic);
        }

        return instruction;
    }

    /// <summary>Runs one instruction; gives back the address of the next one.</summary>
    private ulong Step(in Instruction instruction)
    {
        try
        {
            if (instruction.FlowControl == FlowControl.ConditionalBranch)
            {
                return IsTaken(instruction.ConditionCode) ? instruction.NearBranchTarget : instruction.NextIP;
            }

            if (instruction.Mnemonic == Mnemonic.Ret)
            {
                return Pop();
            }

            if (!RunGeneral(instruction))
            {
                VectorInstructions.Run(instruction, machine, Address(instruction), code.Bytes, Origin);
            }

            return instruction.NextIP;
        }
        catch (Exception failure) when (failure is InvalidOperationException or NotSupportedException)
        {
            throw new InvalidOperationException($"{instruction.IP - Origin:X4} {instruction}: {failure.Message}", failure);
        }
    }

    private bool RunGeneral(in Instruction instruction)
    {
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Push:
                Push(Read(instruction, 0));
                return true;
            case Mnemonic.Pop:
                Write(instruction, Pop());
                return true;
            case Mnemonic.Mov:
                Write(instruction, Read(instruction, 1));
                return true;
            case Mnemonic.Movsxd:
                Write(instruction, (ulong)(int)Read(instruction, 1));
                return true;
            case Mnemonic.Lea:
                Write(instruction, Address(instruction));
                return true;
            case Mnemonic.Add:
                Write(instruction, Sum(Read(instruction, 0), Read(instruction, 1)));
                return true;
            case Mnemonic.Inc:
                Write(instruction, Counted(instruction, 1));
                return true;
            case Mnemonic.Dec:
                Write(instruction, Counted(instruction, -1));
                return true;
            case Mnemonic.Sub:
                Write(instruction, Difference(Read(instruction, 0), Read(instruction, 1)));
                return true;
            case Mnemonic.Cmp:
                _ = Difference(Read(instruction, 0), Read(instruction, 1));
                return true;
            case Mnemonic.Neg:
                Write(instruction, Difference(0, Read(instruction, 0)));
                return true;
            case Mnemonic.And:
                Write(instruction, Logic(Read(instruction, 0) & Read(instruction, 1)));
                return true;
            case Mnemonic.Xor:
                Write(instruction, Logic(Read(instruction, 0) ^ Read(instruction, 1)));
                return true;
            default:
                return false;
        }
    }

    private bool IsTaken(ConditionCode condition) => condition switch
    {
        ConditionCode.e => machine.Zero,
        ConditionCode.ne => !machine.Zero,
        ConditionCode.b => machine.Carry,
        ConditionCode.ae => !machine.Carry,
        _ => throw new NotSupportedException($"condition {condition}"),
    };

    private ulong Sum(ulong left, ulong right)
    {
        var sum = left + right;
        machine.Carry = sum < left;
        machine.Zero = sum == 0;
        return sum;
    }

    private ulong Difference(ulong left, ulong right)
    {
        var difference = left - right;
        machine.Carry = left < right;
        machine.Zero = difference == 0;
        return difference;
    }

    /// <summary>inc and dec leave the carry as it was.</summary>
    private ulong Counted(in Instruction instruction, int step)
    {
        var carry = machine.Carry;
        var value = step > 0 ? Sum(Read(instruction, 0), 1) : Difference(Read(instruction, 0), 1);
        machine.Carry = carry;
        return value;
    }

    private ulong Logic(ulong value)
    {
        (machine.Carry, machine.Zero) = (false, value == 0);
        return value;
    }

    private void Push(ulong value)
    {
        machine[Register.RSP] -= 8;
        BinaryPrimitives.WriteUInt64LittleEndian(machine.Memory(machine[Register.RSP], 8, isWritten: true), value);
    }

    private ulong Pop()
    {
        var value = BinaryPrimitives.ReadUInt64LittleEndian(machine.Memory(machine[Register.RSP], 8, isWritten: false));
        machine[Register.RSP] += 8;
        return value;
    }

    private ulong Read(in Instruction instruction, int operand)
    {
        switch (instruction.GetOpKind(operand))
        {
            case OpKind.Register:
                return machine[instruction.GetOpRegister(operand)];
            case OpKind.Memory:
                var memory = machine.Memory(Address(instruction), instruction.MemorySize.GetSize(), isWritten: false);
                return memory.Length == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(memory) : BinaryPrimitives.ReadUInt32LittleEndian(memory);
            default:
                return instruction.GetImmediate(operand);
        }
    }

    private void Write(in Instruction instruction, ulong value)
    {
        if (instruction.Op0Kind == OpKind.Register)
        {
            machine[instruction.Op0Register] = value;
        }
        else
        {
            Require(instruction.MemorySize.GetSize() == 8, "general stores are 8 bytes wide");
            BinaryPrimitives.WriteUInt64LittleEndian(machine.Memory(Address(instruction), 8, isWritten: true), value);
        }
    }

    private ulong Address(in Instruction instruction)
    {
        if (instruction.MemoryBase == Register.None && instruction.MemoryIndex == Register.None)
        {
            return 0;
        }

        if (instruction.IsIPRelativeMemoryOperand)
        {
            return instruction.IPRelativeMemoryAddress;
        }

        var address = instruction.MemoryDisplacement64;
        address += instruction.MemoryBase == Register.None ? 0 : machine[instruction.MemoryBase];
        return address + (instruction.MemoryIndex == Register.None ? 0 : machine[instruction.MemoryIndex] * (ulong)instruction.MemoryIndexScale);
    }
}
