namespace NativeSparse.Kernels.Tests;

/// <summary>One thread: its registers as bits, and where it is.</summary>
internal sealed class PtxLane(int registers, int thread)
{
    private readonly ulong[] _registers = new ulong[registers];

    public int Thread => thread;

    /// <summary>The next instruction, or <see cref="int.MaxValue"/> behind the last.</summary>
    public int Next { get; set; }

    public bool IsWaiting { get; set; }

    public ulong this[int register]
    {
        get => _registers[register];
        set => _registers[register] = value;
    }

    public uint Word(PtxOperand operand) => operand.Register < 0 ? (uint)operand.Number : (uint)_registers[operand.Register];

    public float Float(PtxOperand operand) => BitConverter.UInt32BitsToSingle(Word(operand));

    public void Set(PtxOperand target, float value) => this[target.Register] = BitConverter.SingleToUInt32Bits(value);
}
